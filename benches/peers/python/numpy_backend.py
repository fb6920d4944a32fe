"""What both NumPy peers share: data and threads."""

import os
import sys

# The library reads this when it is loaded.
for i, word in enumerate(sys.argv):
    if word == "--threads":
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = sys.argv[i + 1]

import numpy as np  # noqa: E402
import threadpoolctl  # noqa: E402

import mnist  # noqa: E402

np.seterr(all="ignore")  # networks that diverge are part of section 6.3


class Samples:
    def __init__(self, x, t, rng):
        self.x, self.t, self.rng, self.count = x, t, rng, len(t)

    def batch(self, size):
        chosen = self.rng.choice(self.count, size)
        return self.x[chosen], self.t[chosen]

    def first(self, n):
        return Samples(self.x[:n], self.t[:n], self.rng)

    def shuffled(self):
        order = self.rng.permutation(self.count)
        return Samples(self.x[order], self.t[order], self.rng)

    def split(self, n):
        return Samples(self.x[:n], self.t[:n], self.rng), Samples(self.x[n:], self.t[n:], self.rng)


class Backend:
    def __init__(self, args, network):
        self.dtype = {"f32": np.float32, "f64": np.float64}[args.precision]
        self.rng = np.random.default_rng(0)
        self.make = network

    def data(self, split):
        images, labels, count = mnist.load(split)
        x = np.frombuffer(images, np.uint8).reshape(count, 784).astype(self.dtype) / self.dtype(255)
        return Samples(x, np.frombuffer(labels, np.uint8).astype(np.int64), self.rng)

    def network(self, spec):
        return self.make(spec, self.rng, self.dtype)

    def warm_up(self, work, data):
        data["train"].x[:128] @ np.ones((784, 100), self.dtype)

    def about(self):
        blas = threadpoolctl.threadpool_info()[0]
        return (f"NumPy {np.__version__}, {blas['internal_api']} {blas['version']}, "
                f"kernel {blas['architecture']}")


def std(spec, n_in):
    return {"he": (2 / n_in) ** 0.5, "xavier": (1 / n_in) ** 0.5}.get(spec.std, spec.std)
