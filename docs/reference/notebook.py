"""The notebook's experiments as textbook NumPy in float64, over many seeds: data/reference/numpy.

    pip install numpy==2.4.1
    MNIST_DIR=... python docs/reference/notebook.py sec6_3 --seeds 0:30

Written from the notebook and the book's formulas, not from this project's code, so that both can be
compared as distributions. Every seed draws its weights, mini-batches and masks from one generator in
the order of the notebook's program. Writes data/reference/numpy/SECTION.csv: a line for each series
and seed, with what was measured at each step; .json beside it has versions, seeds and wall time.
Seeds that the file has are not run again.
"""
import argparse
import csv
import gzip
import json
import os
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one process a seed is faster

import numpy as np  # noqa: E402

np.seterr(all="ignore")  # networks that diverge are part of section 6.3

OUT = Path(__file__).resolve().parents[2] / "data" / "reference" / "numpy"


def mnist(split):
    """Images in [0, 1], (count, 784), and labels."""
    def read(name):
        path = Path(os.environ["MNIST_DIR"]) / f"{split}-{name}"
        packed = path.with_name(path.name + ".gz")
        return gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    images = np.frombuffer(read("images-idx3-ubyte"), np.uint8, offset=16).reshape(-1, 784)
    return images / 255.0, np.frombuffer(read("labels-idx1-ubyte"), np.uint8, offset=8).astype(int)


class Affine:
    def __init__(self, w, b, decay):
        self.params, self.grads, self.decay = [w, b], [None, None], decay

    def forward(self, x, train):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dy):
        self.grads = [self.x.T @ dy + self.decay * self.params[0], dy.sum(axis=0)]
        return dy @ self.params[0].T


class Relu:
    params = ()

    def forward(self, x, train):
        self.mask = x <= 0
        y = x.copy()
        y[self.mask] = 0
        return y

    def backward(self, dy):
        dy[self.mask] = 0
        return dy


class BatchNorm:
    EPS, MOMENTUM = 10e-7, 0.9  # the book's

    def __init__(self, units):
        self.params, self.grads = [np.ones(units), np.zeros(units)], [None, None]
        self.mean, self.var = np.zeros(units), np.zeros(units)

    def forward(self, x, train):
        if train:
            mean = x.mean(axis=0)
            centred = x - mean
            var = (centred**2).mean(axis=0)
            self.mean = self.MOMENTUM * self.mean + (1 - self.MOMENTUM) * mean
            self.var = self.MOMENTUM * self.var + (1 - self.MOMENTUM) * var
            self.std = np.sqrt(var + self.EPS)
            self.normal = centred / self.std
        else:
            self.normal = (x - self.mean) / np.sqrt(self.var + self.EPS)
        return self.params[0] * self.normal + self.params[1]

    def backward(self, dy):
        self.grads = [(dy * self.normal).sum(axis=0), dy.sum(axis=0)]
        dn = self.params[0] * dy
        return (dn - dn.mean(axis=0) - self.normal * (dn * self.normal).mean(axis=0)) / self.std


class Dropout:
    params = ()

    def __init__(self, ratio, rng):
        self.ratio, self.rng = ratio, rng

    def forward(self, x, train):
        if not train:
            return x * (1.0 - self.ratio)
        self.mask = self.rng.random(x.shape) > self.ratio
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class Network:
    """The book's MultiLayerNet and MultiLayerNetExtend."""

    def __init__(self, rng, hidden, scale, decay=0.0, batch_norm=False, dropout=0.0):
        sizes = [784, *hidden, 10]
        self.decay, self.layers = decay, []
        for k, (n, m) in enumerate(zip(sizes, sizes[1:])):
            std = {"he": np.sqrt(2.0 / n), "xavier": np.sqrt(1.0 / n)}.get(scale, scale)
            self.layers.append(Affine(std * rng.standard_normal((n, m)), np.zeros(m), decay))
            if k < len(hidden):
                self.layers += [BatchNorm(m)] if batch_norm else []
                self.layers.append(Relu())
                self.layers += [Dropout(dropout, rng)] if dropout else []

    def predict(self, x, train=False):
        for layer in self.layers:
            x = layer.forward(x, train)
        return x

    def probabilities(self, x, train):
        scores = self.predict(x, train)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def loss(self, x, t):
        y = self.probabilities(x, False)
        weights = [layer.params[0] for layer in self.layers if isinstance(layer, Affine)]
        penalty = sum(0.5 * self.decay * (w**2).sum() for w in weights) if self.decay else 0.0
        return -np.log(y[np.arange(len(t)), t] + 1e-7).sum() / len(t) + penalty

    def gradient(self, x, t):
        """Leaves the gradients in the layers; the list of (parameters, gradients)."""
        dy = self.probabilities(x, True)
        dy[np.arange(len(t)), t] -= 1
        dy /= len(t)
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return [pair for layer in self.layers if layer.params for pair in zip(layer.params, layer.grads)]

    def accuracy(self, x, t):
        return float((self.predict(x).argmax(axis=1) == t).mean())


class Sgd:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, pairs):
        for w, g in pairs:
            w -= self.lr * g


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, pairs):
        self.v = self.v or [np.zeros_like(w) for w, _ in pairs]
        for v, (w, g) in zip(self.v, pairs):
            v *= self.momentum
            v -= self.lr * g
            w += v


class AdaGrad:
    def __init__(self, lr=0.01):
        self.lr, self.h = lr, None

    def update(self, pairs):
        self.h = self.h or [np.zeros_like(w) for w, _ in pairs]
        for h, (w, g) in zip(self.h, pairs):
            h += g * g
            w -= self.lr * g / (np.sqrt(h) + 1e-7)


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2, self.t, self.m, self.v = lr, beta1, beta2, 0, None, None

    def update(self, pairs):
        self.m = self.m or [np.zeros_like(w) for w, _ in pairs]
        self.v = self.v or [np.zeros_like(w) for w, _ in pairs]
        self.t += 1
        rate = self.lr * np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        for m, v, (w, g) in zip(self.m, self.v, pairs):
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            w -= rate * m / (np.sqrt(v) + 1e-7)


def by_epoch(rng, networks, x, t, epochs, measure, batch=100, lr=0.01, every=1):
    """Trains networks on the same mini-batches; what `measure` gives at the first update of an epoch,
    of every so many epochs."""
    per_epoch, found = max(len(t) // batch, 1), [[] for _ in networks]
    for i in range((epochs - 1) * per_epoch + 1):
        chosen = rng.choice(len(t), batch)
        for network, optimizer, seen in zip(networks, [Sgd(lr)] * len(networks), found):
            optimizer.update(network.gradient(x[chosen], t[chosen]))
            if i % (per_epoch * every) == 0:
                seen.append(measure(network))
    return found


# Means of so many iterations: single mini-batches are noise, and 2,000 numbers a curve are many.
BLOCK = 20
# Accuracies of every so many epochs in 6.4, where 10,000 test images take longer than training.
EVERY = 5
# The first step of a row and the distance of two, where they are not 0 and 1.
STEPS = {"sec6_1": (BLOCK - 1, BLOCK), "sec6_2": (BLOCK - 1, BLOCK), "sec6_4": (0, EVERY)}


def losses(rng, contestants, updates=2000, batch=128):
    """The loss on the mini-batch after each update, as means of blocks."""
    x, t = mnist("train")
    curves = {name: [] for name in contestants}
    for _ in range(updates):
        chosen = rng.choice(len(t), batch)
        for name, (network, optimizer) in contestants.items():
            optimizer.update(network.gradient(x[chosen], t[chosen]))
            curves[name].append(network.loss(x[chosen], t[chosen]))
    blocks = {name: np.reshape(curve, (-1, BLOCK)).mean(axis=1) for name, curve in curves.items()}
    return [(name, f"train_loss_mean_of_{BLOCK}", values) for name, values in blocks.items()]


def sec6_1(seed):
    rng = np.random.default_rng(seed)
    rules = {"sgd": Sgd(), "momentum": Momentum(), "adagrad": AdaGrad(), "adam": Adam()}
    return losses(rng, {name: (Network(rng, [100] * 4, "he"), rule) for name, rule in rules.items()})


def sec6_2(seed):
    rng = np.random.default_rng(seed)
    scales = {"std=0.01": 0.01, "xavier": "xavier", "he": "he"}
    return losses(rng, {name: (Network(rng, [100] * 4, s), Sgd()) for name, s in scales.items()})


def sec6_3(seed):
    rng = np.random.default_rng(seed)
    x, t = (part[:1000] for part in mnist("train"))
    rows = []
    for k, scale in enumerate(np.logspace(0, -4, num=16)):
        networks = [Network(rng, [100] * 5, scale, batch_norm=normal) for normal in (True, False)]
        found = by_epoch(rng, networks, x, t, 20, lambda network: network.accuracy(x, t))
        for kind, accuracies in zip(("batchnorm", "plain"), found):
            rows.append((f"{k + 1:02}/{kind}", "train_accuracy", accuracies))
    return rows


def sec6_4(seed):
    x_test, t_test = mnist("t10k")
    rows = []
    for name, size, epochs, settings in (
        ("overfit", 300, 201, {}),
        ("weight_decay", 300, 201, {"decay": 0.1}),
        ("weight_decay_400", 400, 201, {"decay": 0.1}),
        ("dropout", 300, 301, {"dropout": 0.2}),
    ):
        rng = np.random.default_rng(seed)  # each is a program of its own
        x, t = (part[:size] for part in mnist("train"))
        network = Network(rng, [100] * 6, "he", **settings)
        both = lambda n: (n.accuracy(x, t), n.accuracy(x_test, t_test))  # noqa: E731
        train, test = zip(*by_epoch(rng, [network], x, t, epochs, both, every=EVERY)[0])
        rows += [(name, "train_accuracy", train), (name, "test_accuracy", test)]
    return rows


def sec6_5(seed):
    rng = np.random.default_rng(seed)
    x, t = (part[:500] for part in mnist("train"))
    order = rng.permutation(500)
    x, t = x[order], t[order]
    best, rates, decays = [], [], []
    for _ in range(100):
        decays.append(10 ** rng.uniform(-8, -4))
        rates.append(10 ** rng.uniform(-6, -2))
        network = Network(rng, [100] * 6, "he", decay=decays[-1])
        measure = lambda n: n.accuracy(x[:100], t[:100])  # noqa: E731
        best.append(by_epoch(rng, [network], x[100:], t[100:], 50, measure, lr=rates[-1])[0][-1])
    return [("trials", "validation_accuracy", best), ("trials", "learning_rate", rates),
            ("trials", "weight_decay", decays)]


def main():
    sections = {f.__name__: f for f in (sec6_1, sec6_2, sec6_3, sec6_4, sec6_5)}
    parser = argparse.ArgumentParser()
    parser.add_argument("section", choices=sections)
    parser.add_argument("--seeds", default="0:30", help="FIRST:END")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    args = parser.parse_args()
    first, end = map(int, args.seeds.split(":"))
    path = OUT / f"{args.section}.csv"
    rows = []
    if path.exists():
        with path.open() as file:
            rows = [(r[0], int(r[1]), r[2], r[3:]) for r in list(csv.reader(file))[1:]]
    done = {row[1] for row in rows}
    seeds = [seed for seed in range(first, end) if seed not in done]
    started = time.time()
    meta = path.with_suffix(".json")
    runs = json.loads(meta.read_text())["runs"] if meta.exists() else []
    with ProcessPoolExecutor(args.processes) as pool:
        for seed, found in zip(seeds, pool.map(sections[args.section], seeds)):
            rows += [(series, seed, metric, [f"{v:.5g}" for v in values]) for series, metric, values in found]
            steps = max(len(row[3]) for row in rows)
            OUT.mkdir(parents=True, exist_ok=True)
            with path.open("w", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                start, stride = STEPS.get(args.section, (0, 1))
                writer.writerow(["series", "seed", "metric", *range(start, start + stride * steps, stride)])
                writer.writerows([series, seed, metric, *values] for series, seed, metric, values in rows)
            run = {"seeds": f"{seeds[0]}:{seed + 1}", "wall_seconds": round(time.time() - started),
                   "processes": args.processes, "numpy": np.__version__,
                   "python": platform.python_version(), "machine": platform.machine()}
            found = {"script": "docs/reference/notebook.py", "runs": [*runs, run]}
            meta.write_text(json.dumps(found, indent=1) + "\n")
            print(f"{args.section} seed {seed}: {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
