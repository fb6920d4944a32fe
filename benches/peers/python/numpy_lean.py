"""NumPy, the textbook's formulas written leanly: every parameter in one array, so that an update is a
few operations on it; results written in place."""

import numpy as np

from numpy_backend import Backend, std
from train import main

EVALUATE = 1000  # rows at a time; faster here than 10,000


class Network:
    def __init__(self, spec, rng, dtype):
        self.spec, self.rng, self.dtype = spec, rng, dtype
        widths = [784] + [100] * spec.depth + [10]
        shapes = []
        for i, (n, m) in enumerate(zip(widths, widths[1:])):
            shapes += [(n, m), (m,)]
            if spec.batch_norm and i < spec.depth:
                shapes += [(m,), (m,)]
        sizes = [int(np.prod(s)) for s in shapes]
        self.theta = np.zeros(sum(sizes), dtype)
        self.grad = np.zeros_like(self.theta)
        self.state = [np.zeros_like(self.theta) for _ in range(2)]
        self.t = 0
        cuts = np.cumsum([0] + sizes)
        views = lambda flat: [flat[a:b].reshape(s) for a, b, s in zip(cuts, cuts[1:], shapes)]
        params, grads = views(self.theta), views(self.grad)
        step = 4 if spec.batch_norm else 2
        self.layers = [(params[i:i + step], grads[i:i + step]) for i in range(0, len(params), step)]
        for (w, *rest), _ in self.layers:
            w[...] = rng.standard_normal(w.shape, dtype) * std(spec, len(w))
            if len(rest) == 3:
                rest[1][...] = 1
        self.running = [[np.zeros(100, dtype), np.zeros(100, dtype)] for _ in range(spec.depth)]

    def scores(self, x, train=False):
        self.a, self.norm, self.keep = [x], [], []
        for i, (p, _) in enumerate(self.layers[:-1]):
            z = x @ p[0]
            z += p[1]
            if self.spec.batch_norm:
                if train:
                    mu = z.mean(0)
                    z -= mu
                    var = (z * z).mean(0)
                    r = self.running[i]
                    r[0] = 0.9 * r[0] + 0.1 * mu
                    r[1] = 0.9 * r[1] + 0.1 * var
                else:
                    mu, var = self.running[i]
                    z -= mu
                inv = 1 / np.sqrt(var + self.dtype(1e-6))
                z *= inv
                self.norm.append((z, inv))
                z = z * p[2]
                z += p[3]
            x = np.maximum(z, 0, out=z)
            if self.spec.dropout:
                if train:
                    keep = self.rng.random(x.shape, self.dtype) > self.spec.dropout
                    x = x * keep
                    self.keep.append(keep)
                else:
                    x *= self.dtype(1 - self.spec.dropout)
            self.a.append(x)
        w, b = self.layers[-1][0][:2]
        z = x @ w
        z += b
        return z

    def probabilities_of(self, x, train=False):
        z = self.scores(x, train)
        z -= z.max(1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(1, keepdims=True)
        return z

    def loss(self, x, t):
        p = self.probabilities_of(x)
        return float(-np.log(p[np.arange(len(t)), t] + self.dtype(1e-7)).mean())

    def step(self, x, t):
        d = self.probabilities_of(x, train=True)
        d[np.arange(len(t)), t] -= 1
        d /= len(t)
        for i in reversed(range(len(self.layers))):
            p, g = self.layers[i]
            if i < len(self.layers) - 1:
                if self.spec.dropout:
                    d *= self.keep[i]
                d *= self.a[i + 1] > 0
                if self.spec.batch_norm:
                    xn, inv = self.norm[i]
                    np.sum(d * xn, 0, out=g[2])
                    np.sum(d, 0, out=g[3])
                    d *= p[2]
                    d -= d.mean(0) + xn * (d * xn).mean(0)
                    d *= inv
            np.matmul(self.a[i].T, d, out=g[0])
            np.sum(d, 0, out=g[1])
            if self.spec.decay:
                g[0] += self.dtype(self.spec.decay) * p[0]
            if i:
                d = d @ p[0].T
        self.update(self.theta, self.grad, *self.state)

    def update(self, w, g, m, v):
        rule, lr = self.spec.rule, self.dtype(self.spec.lr)
        if rule == "sgd":
            g *= lr
            w -= g
        elif rule == "momentum":
            m *= self.dtype(0.9)
            g *= lr
            m -= g
            w += m
        elif rule == "adagrad":
            m += g * g
            w -= lr * g / (np.sqrt(m) + self.dtype(1e-7))
        else:
            self.t += 1
            rate = self.dtype(lr * (1 - 0.999**self.t) ** 0.5 / (1 - 0.9**self.t))
            m += self.dtype(0.1) * (g - m)
            v += self.dtype(0.001) * (g * g - v)
            w -= rate * m / (np.sqrt(v) + self.dtype(1e-7))

    def accuracy(self, samples):
        hits = 0
        for i in range(0, samples.count, EVALUATE):
            hits += np.sum(self.scores(samples.x[i:i + EVALUATE]).argmax(1) == samples.t[i:i + EVALUATE])
        return hits / samples.count

    def probabilities(self, samples):
        return self.probabilities_of(samples.x)


if __name__ == "__main__":
    main(lambda args: Backend(args, Network))
