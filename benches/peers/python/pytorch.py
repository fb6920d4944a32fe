"""PyTorch on the CPU. Variants: `eager` (the optimizers' default), `fused` (fused optimizers), and
`compile` (forward, loss and backward by torch.compile, fused optimizers; compiled before the clock
starts)."""

import torch
from torch import nn
from torch.nn import functional as F

import mnist
from train import main


class Samples:
    def __init__(self, x, t):
        self.x, self.t, self.count = x, t, len(t)

    def batch(self, size):
        chosen = torch.randint(self.count, (size,))
        return self.x.index_select(0, chosen), self.t.index_select(0, chosen)

    def first(self, n):
        return Samples(self.x[:n], self.t[:n])

    def shuffled(self):
        order = torch.randperm(self.count)
        return Samples(self.x[order], self.t[order])

    def split(self, n):
        return Samples(self.x[:n], self.t[:n]), Samples(self.x[n:], self.t[n:])


class Dropout(nn.Module):
    """The book's: nothing is scaled while training; outputs are, when it is over."""

    def __init__(self, ratio):
        super().__init__()
        self.kept = 1 - ratio

    def forward(self, x):
        return x * torch.empty_like(x).bernoulli_(self.kept) if self.training else x * self.kept


class Network:
    def __init__(self, spec, variant):
        layers, n = [], 784
        for m in [100] * spec.depth:
            layers.append(nn.Linear(n, m))
            if spec.batch_norm:
                layers.append(nn.BatchNorm1d(m, eps=1e-6))
                nn.init.zeros_(layers[-1].running_var)
            layers.append(nn.ReLU())
            if spec.dropout:
                layers.append(Dropout(spec.dropout))
            n = m
        self.model = nn.Sequential(*layers, nn.Linear(n, 10))
        self.switches = spec.batch_norm or spec.dropout
        self.spec = spec
        linear = [layer for layer in self.model if isinstance(layer, nn.Linear)]
        weights = {id(layer.weight) for layer in linear}
        groups = [
            {"params": [p for p in self.model.parameters() if id(p) in weights],
             "weight_decay": spec.decay},
            {"params": [p for p in self.model.parameters() if id(p) not in weights]},
        ]
        extra = {} if variant == "eager" else {"fused": True}
        rules = {
            "sgd": lambda: torch.optim.SGD(groups, spec.lr, **extra),
            "momentum": lambda: torch.optim.SGD(groups, spec.lr, momentum=0.9, **extra),
            "adagrad": lambda: torch.optim.Adagrad(groups, spec.lr, eps=1e-7, **extra),
            "adam": lambda: torch.optim.Adam(groups, spec.lr, eps=1e-7, **extra),
        }
        self.optimizer = rules[spec.rule]()
        self.loss_of = self.loss_function
        if variant == "compile":
            self.loss_of = torch.compile(self.loss_function)
        self.start()

    def start(self):
        for layer in self.model:
            if isinstance(layer, nn.Linear):
                n = layer.in_features
                std = {"he": (2 / n) ** 0.5, "xavier": (1 / n) ** 0.5}.get(self.spec.std, self.spec.std)
                nn.init.normal_(layer.weight, std=std)
                nn.init.zeros_(layer.bias)
        for state in self.optimizer.state.values():
            for value in state.values():
                if isinstance(value, torch.Tensor):
                    value.zero_()

    def loss_function(self, x, t):
        return F.cross_entropy(self.model(x), t)

    def step(self, x, t):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss_of(x, t).backward()
        self.optimizer.step()

    def loss(self, x, t):
        with torch.no_grad():
            return self.loss_of(x, t).item()

    def accuracy(self, samples):
        if self.switches:
            self.model.eval()
        with torch.inference_mode():
            hits = (self.model(samples.x).argmax(1) == samples.t).sum().item()
        if self.switches:
            self.model.train()
        return hits / samples.count

    def probabilities(self, samples):
        with torch.inference_mode():
            return self.model(samples.x).softmax(1)


class Backend:
    def __init__(self, args):
        self.variant = args.variant or "fused"
        torch.set_num_threads(args.threads)
        torch.manual_seed(0)
        torch.set_default_dtype({"f32": torch.float32, "f64": torch.float64}[args.precision])
        self.rng = self
        self.compiled = {}

    def uniform(self, low, high):
        return low + (high - low) * torch.rand(()).item()

    def data(self, split):
        images, labels, count = mnist.load(split)
        x = torch.frombuffer(bytearray(images), dtype=torch.uint8).view(count, 784)
        t = torch.frombuffer(bytearray(labels), dtype=torch.uint8).long()
        return Samples(x.to(torch.get_default_dtype()).div_(255), t)

    def network(self, spec):
        if spec.name in self.compiled:
            net = self.compiled[spec.name]
            net.start()
            return net
        return Network(spec, self.variant)

    def warm_up(self, work, data):
        """Imports what PyTorch imports late, and compiles: the clock is of the training alone."""
        seen = set()
        for job in work.jobs:
            x, t = data["train"].batch(job.batch)
            for spec in job.networks:
                kind = (spec.depth, spec.rule, spec.batch_norm, spec.dropout)
                if self.variant != "compile" and kind in seen:
                    continue
                seen.add(kind)
                net = Network(spec, self.variant)
                for _ in range(3):
                    net.step(x, t)
                    net.loss(x, t)
                if self.variant == "compile":
                    self.compiled[spec.name] = net

    def about(self):
        return f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"


if __name__ == "__main__":
    main(Backend)
