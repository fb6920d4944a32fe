"""`experiments/examples/cnn_mnist.rs` in PyTorch, eager: the same network, initial distribution, batches
of 64, Adam with one cycle, and evaluations. The measured time is that of the training until the test
accuracy is 99.0 % for the first time; reading, conversion to floats, a first step on another network
and evaluations are left out.

    MNIST_DIR=data/mnist python cnn.py --threads 2 --seed 1

prints one line of JSON, as the other peers do.
"""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional as F

import mnist

EPOCHS, BATCH, EVALUATE_EVERY, GOAL, RATE = 3, 64, 100, 0.99, 0.01


def network():
    def norm(channels):
        layer = nn.BatchNorm2d(channels, eps=1e-6)
        nn.init.zeros_(layer.running_var)
        return layer

    net = nn.Sequential(
        nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), norm(10), nn.ReLU(),
        nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), norm(20), nn.ReLU(),
        nn.Flatten(), nn.Linear(320, 10),
    )
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


def data(split):
    images, labels, count = mnist.load(split)
    x = torch.frombuffer(bytearray(images), dtype=torch.uint8).view(count, 1, 28, 28)
    return x.float().div_(255), torch.frombuffer(bytearray(labels), dtype=torch.uint8).long()


def train(train, test, most):
    """The measured points: (seconds of training, test accuracy)."""
    start = time.perf_counter()
    net = network()
    per_epoch = len(train[1]) // BATCH
    optimizer = torch.optim.Adam(net.parameters(), RATE, eps=1e-7)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=EPOCHS * per_epoch, cycle_momentum=False)
    seconds, points = 0.0, []
    for step in range(min(most, EPOCHS * per_epoch)):
        if step % per_epoch == 0:
            order = torch.randperm(len(train[1]))
        at = step % per_epoch * BATCH
        chosen = order[at:at + BATCH]
        x, t = train[0].index_select(0, chosen), train[1].index_select(0, chosen)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), t).backward()
        optimizer.step()
        if step + 1 < EPOCHS * per_epoch:
            schedule.step()
        if (step + 1) % EVALUATE_EVERY == 0 or step + 1 == EPOCHS * per_epoch:
            seconds += time.perf_counter() - start
            net.eval()
            with torch.inference_mode():
                blocks = zip(test[0].split(500), test[1].split(500))
                hits = sum((net(x).argmax(1) == t).sum().item() for x, t in blocks)
            net.train()
            points.append((seconds, hits / len(test[1])))
            start = time.perf_counter()
    return points


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=1.0, help="part of the steps")
    args, _ = parser.parse_known_args()
    torch.set_num_threads(args.threads)
    sets = data("train"), data("t10k")
    torch.manual_seed(-1)
    train(*sets, 1)
    torch.manual_seed(args.seed)
    points = train(*sets, round(args.share * EPOCHS * (len(sets[0][1]) // BATCH)))
    reached = [seconds for seconds, accuracy in points if accuracy >= GOAL]
    total, last = points[-1] if points else (0.0, 0.0)
    print(json.dumps({
        "seconds": reached[0] if reached else total,
        "reached": {"test": last, "99.0 %": bool(reached)},
        "about": f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}",
    }))


if __name__ == "__main__":
    main()
