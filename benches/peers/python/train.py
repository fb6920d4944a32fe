"""The training loop that NumPy and PyTorch share, and the command line of a peer.

    python numpy_lean.py --workload 6.1.8 --precision f64 --threads 1

prints one line of JSON: the seconds of the training (data ready before it, networks built within it),
and what was reached.
"""

import argparse
import json
import math
import time

from workloads import workload


def mean(values):
    return sum(values) / len(values)


def fit(backend, job, data):
    """Trains the networks of a job; gives what each reached, by name."""
    train, test = data["train"], data["test"]
    if job.train_size < train.count:
        train = train.first(job.train_size)
    sets = {"train": train, "test": test}
    if job.validation:
        sets["validation"], sets["train"] = train.shuffled().split(job.validation)
        train = sets["train"]
    nets = [backend.network(spec) for spec in job.networks]
    reached = {spec.name: {} for spec in job.networks}
    losses = [[] for _ in nets]
    for i in range(job.iterations):
        x, t = train.batch(job.batch)
        for net, seen in zip(nets, losses):
            net.step(x, t)
            if job.measure == "loss":
                seen.append(net.loss(x, t))
        if job.every and i % job.every == 0:
            for spec, net in zip(job.networks, nets):
                for name in job.measure:
                    reached[spec.name][name] = net.accuracy(sets[name])
    for spec, net, seen in zip(job.networks, nets, losses):
        if job.measure == "loss":
            reached[spec.name] = {"loss": mean(seen[-100:]), "test": net.accuracy(test)}
        elif job.measure == "outputs":
            reached[spec.name] = {"outputs": net.probabilities(test)}
    return reached


def summary(work, reached, data):
    """Few numbers a workload, with the names that our side's summary has too."""
    if "ensemble" in work.series:
        total = sum(r["outputs"] for r in reached.values())
        hits = total.argmax(1) == data["test"].t
        return {"test": round(float(hits.sum()) / len(hits), 4)}
    out = {}
    for label, names in (work.series or {name: [name] for name in reached}).items():
        for metric in reached[names[0]]:
            values = [reached[name][metric] for name in names]
            value = max(values) if label == "best" else mean(values)
            out[f"{label} {metric}"] = None if math.isnan(value) else round(float(value), 4)
    return out


def one_by_one(backend, work, data):
    reached = {}
    for job in work.jobs:
        reached |= fit(backend, job, data)
    return reached


def main(backend_of, train=one_by_one):
    """`backend_of(args)` gives the backend: data(split), network(spec), rng, about(); `train` gives what
    each network reached, by name."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", required=True)
    parser.add_argument("--precision", choices=["f32", "f64"], default="f32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="part of the iterations")
    parser.add_argument("--trials", type=int, default=100, help="trials of section 6.5")
    parser.add_argument("--variant", default="", help="of the peer")
    args = parser.parse_args()
    backend = backend_of(args)
    data = {"train": backend.data("train"), "test": backend.data("t10k")}
    work = workload(args.workload, backend.rng, args.share, args.trials)
    backend.warm_up(work, data)
    start = time.perf_counter()
    reached = train(backend, work, data)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "reached": summary(work, reached, data),
                      "about": backend.about()}))
