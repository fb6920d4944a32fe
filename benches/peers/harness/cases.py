"""Who does what: every measurement of a round, as a command and how its numbers are read."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
WORKSPACE = HERE.parent.parent

# Workloads in the order of the report: (name, what it is).
WORKLOADS = [
    ("sgd", "One network, SGD: 784-100×4-10, batch 128, 2,000 iterations"),
    ("adam", "One network, Adam: 784-100×4-10, batch 128, 2,000 iterations"),
    ("6.1.8", "Section 6.1.8: SGD, Momentum, AdaGrad, Adam on the same batches"),
    ("6.2.4", "Section 6.2.4: three initialisers"),
    ("6.3", "Section 6.3: 32 networks, 16 weight scales with and without batch normalisation"),
    ("6.4.1", "Section 6.4.1: overfitting, 201 evaluations of 300 + 10,000 images"),
    ("6.4.2", "Section 6.4.2: weight decay, on 300 and on 400 images"),
    ("6.4.3", "Section 6.4.3: dropout, 301 evaluations"),
    ("6.4 ensemble", "Section 6.4: ten networks averaged"),
    ("6.5", "Section 6.5: random search, 100 trials of 50 epochs"),
    ("cnn", "A convolutional network until 99.0 % of the test images are right"),
]
SECTIONS = [name for name, _ in WORKLOADS if name.startswith("6")]
ONE = ["sgd", "adam"]
FRONT = [*ONE, "6.1.8"]
# The thread count of a section is chosen on one like it: trained for the most part, or evaluated.
ALIKE = {"6.2.4": "6.1.8", "6.3": "6.1.8", "6.4 ensemble": "6.1.8", "6.5": "6.1.8",
         "6.4.2": "6.4.1", "6.4.3": "6.4.1"}
# What is slow, or far from the front, takes part in so much of the rounds.
SELDOM = 0.2
# Peers train so many of the 100 trials, each of the same cost; their time is scaled.
TRIALS = 10


@dataclass
class Case:
    who: str
    workload: str
    precision: str
    threads: int
    command: list
    # Which part of the rounds it takes part in.
    part: float = 1.0
    ours: bool = False
    # Times by this are the whole workload's.
    scale: float = 1.0

    def key(self):
        return (self.who, self.workload, self.precision, self.threads)


def environment(threads):
    """The peers' thread counts; and OpenBLAS chooses its kernel by itself."""
    env = dict(os.environ)
    for name in ["OMP", "MKL", "OPENBLAS", "RAYON", "MATMUL"]:
        env[f"{name}_NUM_THREADS"] = str(threads)
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
        env.pop(name, None)
    return env


def ours(cache, cores):
    programs = cache / "target-ours/release"
    results = cache / "results"
    sections = {
        "6.1.8": ["sec6_1_optimizers"],
        "6.2.4": ["sec6_2_weight_init"],
        "6.3": ["sec6_3_batchnorm"],
        "6.4.1": ["sec6_4_regularization", "--part", "overfit"],
        "6.4.2": ["sec6_4_regularization", "--part", "weight_decay"],
        "6.4.3": ["sec6_4_regularization", "--part", "dropout"],
        "6.4 whole": ["sec6_4_regularization"],
        "6.5": ["sec6_5_hyperparameters", "--part", "search"],
    }
    for rule in ONE:
        sections[rule] = ["one_network", "--optimizer", rule]
    runs = [(workload, "f32", 1 if workload in ONE else cores, 1.0 if workload in FRONT else SELDOM)
            for workload in sections]
    runs += [(workload, "f64", 1 if workload in ONE else cores, SELDOM)
             for workload in sections if workload != "6.4 whole"]
    runs.append(("6.1.8", "f32", 1, SELDOM))
    cnn = [programs / "examples/cnn_mnist", os.environ["MNIST_DIR"], results / "cnn", 1]
    cases = [Case("ours", "cnn", "f32", 1, cnn, ours=True)]
    for workload, precision, threads, part in runs:
        name, *flags = sections[workload]
        out = results / f"{name}-{precision}-{workload}-{threads}".replace(" ", "-")
        command = [programs / name, *flags, "--threads", threads, "--precision", precision,
                   "--quiet", "--force", "--out", out]
        cases.append(Case("ours", workload, precision, threads, command, part, ours=True))
    return cases


def peers(cache, cores, share):
    python = HERE / "python"
    numpy = [cache / "numpy/bin/python", python / "numpy_lean.py"]
    layers = [cache / "numpy/bin/python", python / "numpy_layers.py"]
    torch = [cache / "torch/bin/python", python / "pytorch.py", "--variant"]
    stacked = [cache / "torch/bin/python", python / "stacked.py"]
    jax = [cache / "jax/bin/python", python / "jax_scan.py", "--variant"]
    counts = range(1, cores + 1)
    rust = lambda name: [cache / f"target-{name}/release/peer-{name}"]
    rows = [
        # who, command, precision, workloads, part of the rounds, threads
        ("PyTorch, fused", torch + ["fused"], "f32", FRONT, 1.0, counts),
        ("PyTorch, fused", torch + ["fused"], "f32", SECTIONS[1:], SELDOM, counts),
        ("PyTorch, eager", torch + ["eager"], "f32", ONE, SELDOM, counts),
        ("PyTorch, compile", torch + ["compile"], "f32", ONE, SELDOM, [1]),
        ("PyTorch, stacked", stacked, "f32", ["6.3", "6.5"], SELDOM, counts),
        ("JAX, scan", jax + ["scan"], "f32", FRONT, 1.0, counts),
        ("JAX, scan", jax + ["scan"], "f32", SECTIONS[1:], SELDOM, counts),
        ("JAX, vmap", jax + ["vmap"], "f32", ["6.3", "6.5"], SELDOM, counts),
        ("libtorch, tch", rust("libtorch"), "f32", FRONT, 1.0, counts),
        ("burn, flex", rust("burn") + ["--variant", "flex"], "f32", FRONT, 1.0, counts),
        ("burn, ndarray", rust("burn") + ["--variant", "ndarray"], "f32", ONE, SELDOM, counts),
        ("candle", rust("candle"), "f32", ONE, SELDOM, counts),
        ("NumPy, lean", numpy, "f32", FRONT, 1.0, counts),
        ("NumPy, lean", numpy, "f64", ["6.1.8"], 1.0, counts),
        ("NumPy, lean", numpy, "f64", ONE + SECTIONS[1:], SELDOM, counts),
        ("NumPy, layers", layers, "f64", ["6.1.8"], SELDOM, counts),
        ("PyTorch, eager", [cache / "torch/bin/python", python / "cnn.py"], "f32", ["cnn"], 1.0, counts),
    ]
    cases = []
    for who, command, precision, workloads, part, threads_of in rows:
        for workload in workloads:
            for threads in threads_of:
                flags = ["--workload", workload, "--precision", precision, "--threads", threads,
                         "--trials", TRIALS, "--share", share]
                scale = 100 / TRIALS if workload == "6.5" else 1.0
                case = Case(who, workload, precision, threads, command + flags, part, scale=scale)
                cases.append(case)
    return cases


def reached_by_ours(out, workload):
    """The same few numbers as the peers', from metrics.csv."""
    series = {}
    for line in (out / "metrics.csv").read_text().splitlines()[1:]:
        part, name, _, _, metric, value = line.rsplit(",", 5)
        if not part.startswith(("ravine", "symmetry", "activations", "ensemble")):
            series.setdefault((name, metric), []).append(float(value))
    last = {key: values[-1] for key, values in series.items()}
    mean = lambda values: round(sum(values) / len(values), 4)
    if workload in ONE + ["6.1.8", "6.2.4"]:
        names = dict.fromkeys(name for name, metric in series if metric == "train_loss")
        reached = {}
        for name in names:
            reached[f"{name} loss"] = mean(series[name, "train_loss"][-100:])
            reached[f"{name} test"] = round(last[name, "test_accuracy"], 4)
        return reached
    if workload == "6.3":
        kinds = ["plain", "batchnorm"]
        ends = lambda kind: [v for (n, m), v in last.items() if n.endswith(kind) and m == "train_accuracy"]
        return {f"{kind} train": mean(ends(kind)) for kind in kinds}
    if workload == "6.5":
        return {f"best {m}": round(max(v for (_, n), v in last.items() if n == f"{m}_accuracy"), 4)
                for m in ["validation", "train"]}
    return {f"{n} {m.removesuffix('_accuracy')}": round(v, 4) for (n, m), v in last.items()
            if m in ("train_accuracy", "test_accuracy")}


def read_cnn(folder):
    """The seconds of training until the goal, of the only seed of `cnn_mnist`."""
    rows = [line.split(",") for line in (folder / "cnn_mnist.csv").read_text().splitlines()[1:]]
    points = [(float(seconds), float(accuracy)) for _, _, seconds, accuracy in rows]
    reached = [seconds for seconds, accuracy in points if accuracy >= 0.99]
    seconds, last = points[-1]
    return (reached or [seconds])[0], {"test": last, "99.0 %": len(reached) > 0}, "cnn_mnist"


def read_ours(case):
    if case.workload == "cnn":
        return read_cnn(Path(case.command[2]))
    out = Path(case.command[-1])
    manifest = json.loads((out / "manifest.json").read_text())
    about = f"{manifest['host']['instructions']}, revision {manifest['program']['git_revision'][:9]}"
    return manifest["training_seconds"], reached_by_ours(out, case.workload), about
