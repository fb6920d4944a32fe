"""PyTorch with networks of one form stacked: parameters (networks, outputs, inputs), activations (networks,
units, samples), products by `baddbmm`, gradients by autograd. For the sections of many networks, 6.3 and
6.5, which train with SGD."""

import torch
from torch.nn import functional as F

import pytorch
from train import main
from workloads import form, grouped, kind


class Stack:
    def __init__(self, specs):
        spec, n = specs[0], 784
        self.layers, self.running = [], []
        for m in [100] * spec.depth + [10]:
            std = [{"he": (2 / n) ** 0.5, "xavier": (1 / n) ** 0.5}.get(s.std, s.std) for s in specs]
            bias = torch.zeros(len(specs), m, 1)
            self.layers.append([torch.randn(len(specs), m, n) * torch.tensor(std).view(-1, 1, 1), bias])
            if spec.batch_norm and m == 100:
                self.layers[-1] += [torch.ones_like(bias), torch.zeros_like(bias)]
                self.running.append([torch.zeros(bias.numel()) for _ in range(2)])
            n = m
        self.params = [p.requires_grad_() for layer in self.layers for p in layer]
        self.rate = torch.tensor([s.lr for s in specs])
        self.kept = torch.tensor([1 - s.lr * s.decay for s in specs]).view(-1, 1, 1)
        self.decays = any(s.decay for s in specs)

    def scores(self, x, train=False):
        """Of the same samples for all (samples, inputs), or of each network's own."""
        x = x.mT
        for i, (w, b, *norm) in enumerate(self.layers):
            if x.dim() == 2:
                x = torch.addmm(b.view(-1, 1), w.view(-1, 784), x).view(*b.shape[:2], -1)
            else:
                x = torch.baddbmm(b, w, x)
            if norm:
                # A channel is a unit of a network.
                scale, shift = (p.view(-1) for p in norm)
                y = F.batch_norm(x.view(1, -1, x.shape[2]), *self.running[i], scale, shift, train, eps=1e-6)
                x = y.view_as(x)
            if i + 1 < len(self.layers):
                x = x.relu_()
        return x

    def step(self, x, t):
        z = self.scores(x, train=True)
        losses = F.cross_entropy(z, t.expand(len(z), -1), reduction="none").mean(1)
        # With each loss times its network's rate, a gradient is what SGD subtracts.
        steps = torch.autograd.grad(losses @ self.rate, self.params)
        with torch.no_grad():
            for w, *_ in self.layers if self.decays else []:
                w *= self.kept
            for p, step in zip(self.params, steps):
                p -= step

    def accuracies(self, x, t):
        with torch.inference_mode():
            return (self.scores(x).argmax(1) == t).mean(1, dtype=x.dtype).tolist()


def train(backend, work, data, most=None):
    """At most so many iterations, if it is said."""
    images, labels, reached = data["train"].x, data["train"].t, {}
    for jobs in grouped(work.jobs, kind):
        job, specs = jobs[0], [spec for job in jobs for spec in job.networks]
        stacks = [(group, Stack(group)) for group in grouped(specs, form)]
        # A job has its own order, whose first images validate; several jobs have several rows of them.
        order = torch.stack([torch.randperm(job.train_size) for _ in jobs]).squeeze(0)
        ends = {"validation": order[..., :job.validation], "train": order[..., job.validation:]}
        sets = {name: (F.embedding(ends[name], images), labels[ends[name]]) for name in job.measure}
        for i in range(min(most or job.iterations, job.iterations)):
            rows = torch.randint(ends["train"].shape[-1], (*order.shape[:-1], job.batch))
            chosen = ends["train"].gather(-1, rows)
            x, t = F.embedding(chosen, images), labels[chosen]
            for group, stack in stacks:
                stack.step(x, t)
                for name in job.measure if i % job.every == 0 else []:
                    for spec, accuracy in zip(group, stack.accuracies(*sets[name])):
                        reached.setdefault(spec.name, {})[name] = accuracy
    return reached


class Backend(pytorch.Backend):
    def warm_up(self, work, data):
        train(self, work, data, most=2)


if __name__ == "__main__":
    main(Backend, train)
