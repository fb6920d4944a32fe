"""NumPy in the layer-object style of the book and its notebook: a class a layer that keeps its input,
parameters and gradients in dictionaries, a loop over the dictionary in every optimizer, and the
weight-decay sum in every loss."""

from collections import OrderedDict

import numpy as np

from numpy_backend import Backend, std
from train import main


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x.reshape(x.shape[0], -1)
        return np.dot(self.x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - np.max(x, axis=1, keepdims=True)
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        self.t = t
        return -np.sum(np.log(self.y[np.arange(len(t)), t] + 1e-7)) / len(t)

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class Optimizer:
    def __init__(self, rule, lr):
        self.rule, self.lr, self.t, self.m, self.v = rule, lr, 0, None, None

    def update(self, params, grads):
        if self.m is None:
            self.m = {key: np.zeros_like(p) for key, p in params.items()}
            self.v = {key: np.zeros_like(p) for key, p in params.items()}
        self.t += 1
        rate = self.lr * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for key in params:
            p, g = params[key], grads[key]
            if self.rule == "sgd":
                p -= self.lr * g
            elif self.rule == "momentum":
                self.m[key] = 0.9 * self.m[key] - self.lr * g
                p += self.m[key]
            elif self.rule == "adagrad":
                self.m[key] += g * g
                p -= self.lr * g / (np.sqrt(self.m[key]) + 1e-7)
            else:
                self.m[key] += 0.1 * (g - self.m[key])
                self.v[key] += 0.001 * (g**2 - self.v[key])
                p -= rate * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)


class Network:
    """Enough of it for sections 6.1.8 and 6.2.4."""

    def __init__(self, spec, rng, dtype):
        assert not spec.batch_norm and not spec.dropout, "the lean form measures these sections"
        self.decay = spec.decay
        widths = [784] + [100] * spec.depth + [10]
        self.params, self.layers = {}, OrderedDict()
        for i, (n, m) in enumerate(zip(widths, widths[1:]), 1):
            self.params[f"W{i}"] = (std(spec, n) * rng.standard_normal((n, m))).astype(dtype)
            self.params[f"b{i}"] = np.zeros(m, dtype)
            self.layers[f"Affine{i}"] = Affine(self.params[f"W{i}"], self.params[f"b{i}"])
            if i <= spec.depth:
                self.layers[f"Relu{i}"] = Relu()
        self.last = SoftmaxWithLoss()
        self.optimizer = Optimizer(spec.rule, spec.lr)

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        decay = 0
        for key, p in self.params.items():
            if key.startswith("W"):
                decay += 0.5 * self.decay * np.sum(p**2)
        return float(self.last.forward(self.predict(x), t) + decay)

    def step(self, x, t):
        self.loss(x, t)
        dout = self.last.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)
        grads = {}
        for key, layer in self.layers.items():
            if key.startswith("Affine"):
                i = key.removeprefix("Affine")
                grads[f"W{i}"] = layer.dW + self.decay * layer.W
                grads[f"b{i}"] = layer.db
        self.optimizer.update(self.params, grads)

    def accuracy(self, samples):
        return np.sum(np.argmax(self.predict(samples.x), axis=1) == samples.t) / samples.count


if __name__ == "__main__":
    main(lambda args: Backend(args, Network))
