"""How hard the synthetic digits are beside MNIST: the table of crates/mnist-io/README.md.

    pip install torch numpy
    cargo run --release -p mnist-io --example make_digits -- DIGITS
    python docs/reference/synthetic_digits.py DIGITS MNIST

Each argument is a folder of the four IDX files, plain or gzip. One seed each.
"""
import gzip
import os
import sys

import numpy as np
import torch


def read(folder, name, header):
    path = os.path.join(folder, name)
    data = open(path, "rb").read() if os.path.exists(path) else gzip.open(path + ".gz").read()
    return np.frombuffer(data, np.uint8)[header:]


def load(folder):
    sets = []
    for split in ("train", "t10k"):
        x = read(folder, f"{split}-images-idx3-ubyte", 16).reshape(-1, 784) / np.float32(255)
        t = read(folder, f"{split}-labels-idx1-ubyte", 8).astype(np.int64)
        sets += [torch.tensor(x), torch.tensor(t)]
    return sets


def network():
    widths = [784, 100, 100, 100, 100, 100, 10]
    layers = []
    for n_in, n_out in zip(widths, widths[1:]):
        affine = torch.nn.Linear(n_in, n_out)
        torch.nn.init.kaiming_normal_(affine.weight)
        torch.nn.init.zeros_(affine.bias)
        layers += [affine, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train(x, t, test, optimizer, lr, batch, report):
    torch.manual_seed(0)
    model = network()
    steps = optimizer(model.parameters(), lr=lr)
    for i in range(max(report)):
        chosen = torch.randint(len(x), (batch,))
        steps.zero_grad()
        torch.nn.functional.cross_entropy(model(x[chosen]), t[chosen]).backward()
        steps.step()
        if i + 1 in report:
            with torch.no_grad():
                right = model(test[0]).argmax(1) == test[1]
            print(f"  {i + 1} iterations: test accuracy {right.float().mean():.4f}")


torch.set_num_threads(1)
for folder in sys.argv[1:]:
    x, t, *test = load(folder)
    print(f"{folder}: pixel mean {x.mean():.3f}, standard deviation {x.std():.3f}")
    means = torch.stack([x[:1000][t[:1000] == c].mean(0) for c in range(10)])
    nearest = torch.cdist(test[0], means).argmin(1) == test[1]
    print(f"nearest class mean of 1,000 images: {nearest.float().mean():.3f}")
    for name, optimizer, lr, count, batch, report in [
        ("1,000 images, SGD(0.01)", torch.optim.SGD, 0.01, 1000, 100, [10, 1000]),
        ("1,000 images, Adam(0.001)", torch.optim.Adam, 0.001, 1000, 100, [300]),
        ("60,000 images, SGD(0.01)", torch.optim.SGD, 0.01, 60000, 128, [2000]),
        ("60,000 images, Adam(0.001)", torch.optim.Adam, 0.001, 60000, 128, [2000]),
    ]:
        print(name)
        train(x[:count], t[:count], test, optimizer, lr, batch, report)
