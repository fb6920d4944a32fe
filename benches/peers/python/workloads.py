"""What is trained: the same networks, iterations and evaluations as our binaries.

A workload is a list of jobs; the networks of a job see the same mini-batches.
"""

from dataclasses import dataclass, field, replace


@dataclass
class Network:
    name: str
    depth: int
    std: float | str = "he"
    rule: str = "sgd"
    lr: float = 0.01
    decay: float = 0.0
    batch_norm: bool = False
    dropout: float = 0.0


@dataclass
class Job:
    networks: list
    train_size: int
    iterations: int
    batch: int
    # What is measured: "loss" on the batch after each update and the test accuracy at the end; or
    # accuracies on these sets every `every` iterations; or nothing but the outputs at the end.
    measure: str | tuple = "loss"
    every: int = 0
    # The first so many of the training images validate, and are not trained on.
    validation: int = 0


@dataclass
class Workload:
    jobs: list
    # How the outcome of networks is summed up: series -> names of networks.
    series: dict = field(default_factory=dict)


RATES = {"sgd": 0.01, "momentum": 0.01, "adagrad": 0.01, "adam": 0.001}


def losses(networks, share):
    return Workload([Job(networks, 60_000, max(100, round(2000 * share)), 128)])


def rule(name):
    return Network(name, 4, rule=name, lr=RATES[name])


def batch_norm(share):
    networks = []
    for i in range(16):
        std = 10.0 ** (-4 * i / 15)
        for kind, on in (("plain", False), ("batchnorm", True)):
            networks.append(Network(f"{i}/{kind}", 5, std=std, batch_norm=on))
    job = Job(networks, 1000, max(1, round(19 * share)) * 10 + 1, 100, ("train",), 10)
    series = {k: [n.name for n in networks if n.name.endswith(k)] for k in ("plain", "batchnorm")}
    return Workload([job], series)


def overfitting(size, epochs, share, name, **extras):
    per_epoch = size // 100
    iterations = max(1, round((epochs - 1) * share)) * per_epoch + 1
    return Job([Network(name, 6, **extras)], size, iterations, 100, ("train", "test"), per_epoch)


def ensemble(share):
    iterations = max(1, round(200 * share)) * 3 + 1
    jobs = [Job([Network(f"member {i}", 6)], 300, iterations, 100, "outputs") for i in range(10)]
    return Workload(jobs, {"ensemble": []})


def search(trials, share, rng):
    """Trials of one seed; the exponents are drawn as in the notebook."""
    jobs = []
    for i in range(trials):
        decay, lr = 10 ** rng.uniform(-8, -4), 10 ** rng.uniform(-6, -2)
        net = Network(f"trial {i}", 6, lr=lr, decay=decay)
        iterations = max(1, round(50 * share)) * 4
        jobs.append(Job([net], 500, iterations, 100, ("validation", "train"), 4, validation=100))
    return Workload(jobs, {"best": [j.networks[0].name for j in jobs]})


def workload(name, rng, share=1.0, trials=100):
    """`share` shortens every training to that part of its iterations (to check the harness)."""
    he = [Network("std=0.01", 4, std=0.01), Network("xavier", 4, std="xavier"), Network("he", 4)]
    makers = {
        "sgd": lambda: losses([rule("sgd")], share),
        "adam": lambda: losses([rule("adam")], share),
        "6.1.8": lambda: losses([rule(r) for r in RATES], share),
        "6.2.4": lambda: losses(he, share),
        "6.3": lambda: batch_norm(share),
        "6.4.1": lambda: Workload([overfitting(300, 201, share, "overfit")]),
        "6.4.2": lambda: Workload([overfitting(300, 201, share, "weight_decay", decay=0.1),
                                   overfitting(400, 201, share, "weight_decay_400", decay=0.1)]),
        "6.4.3": lambda: Workload([overfitting(300, 301, share, "dropout", dropout=0.2)]),
        "6.4 ensemble": lambda: ensemble(share),
        "6.5": lambda: search(trials, share, rng),
    }
    return makers[name]()


def form(network):
    """What networks have in common that differ in numbers only."""
    return network.depth, network.rule, network.batch_norm, network.dropout


def kind(job):
    """What jobs have in common whose networks differ in numbers only."""
    return repr(replace(job, networks=[form(network) for network in job.networks]))


def grouped(items, kind):
    groups = {}
    for item in items:
        groups.setdefault(kind(item), []).append(item)
    return list(groups.values())
