"""JAX on the CPU: the training of a job is one compiled `lax.scan` over its iterations. Variants: `scan`
(networks and jobs one after the other) and `vmap` (side by side, if they differ in numbers only)."""

import itertools
import os
import sys
from functools import partial

# The runtime reads these when it starts.
os.environ["JAX_PLATFORMS"] = "cpu"
for i, word in enumerate(sys.argv):
    if word == "--threads":
        os.environ["NPROC"] = sys.argv[i + 1]

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

import mnist  # noqa: E402
from train import main  # noqa: E402
from workloads import form, grouped, kind  # noqa: E402

EVALUATE = 1000  # rows at a time


def sgd(lr, t, g):
    return (-lr * g,)


def momentum(lr, t, g, v):
    v = 0.9 * v - lr * g
    return v, v


def adagrad(lr, t, g, h):
    h = h + g * g
    return -lr * g / (jnp.sqrt(h) + 1e-7), h


def adam(lr, t, g, m, v):
    m, v = m + 0.1 * (g - m), v + 0.001 * (g * g - v)
    rate = lr * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return -rate * m / (jnp.sqrt(v) + 1e-7), m, v


# What each adds to an array, and how many arrays of its size it keeps.
RULES = {"sgd": (sgd, 0), "momentum": (momentum, 1), "adagrad": (adagrad, 1), "adam": (adam, 2)}


def numbers(spec, seed):
    std = [{"he": (2 / n) ** 0.5, "xavier": (1 / n) ** 0.5}.get(spec.std, spec.std)
           for n in [784] + [100] * spec.depth]
    return {"seed": seed, "std": np.array(std), "lr": spec.lr, "decay": spec.decay}


def network(spec, given):
    widths, layers, key = [784] + [100] * spec.depth + [10], [], jax.random.key(given["seed"])
    for i, (n, m) in enumerate(zip(widths, widths[1:])):
        w = given["std"][i] * jax.random.normal(jax.random.fold_in(key, i), (n, m))
        layers.append({"w": w, "b": jnp.zeros(m)})
        if spec.batch_norm and i < spec.depth:
            layers[i] |= {"gamma": jnp.ones(m), "beta": jnp.zeros(m)}
    kept = [[jnp.zeros_like(w)] * RULES[spec.rule][1] for w in jax.tree.leaves(layers)]
    running = [(jnp.zeros(100), jnp.zeros(100))] * spec.depth
    return {"layers": layers, "running": running, "kept": kept, "lr": given["lr"], "decay": given["decay"]}


def scores(spec, layers, running, x, key=None):
    """In training, which has a key: the batch's statistics, and dropout."""
    running = list(running)
    for i, p in enumerate(layers[:-1]):
        x = x @ p["w"] + p["b"]
        if spec.batch_norm:
            mean, var = running[i] if key is None else (x.mean(0), x.var(0))
            running[i] = 0.9 * running[i][0] + 0.1 * mean, 0.9 * running[i][1] + 0.1 * var
            x = (x - mean) * lax.rsqrt(var + 1e-6) * p["gamma"] + p["beta"]
        x = jnp.maximum(x, 0)
        if spec.dropout:
            rate = 1 - spec.dropout
            x *= rate if key is None else jax.random.bernoulli(jax.random.fold_in(key, i), rate, x.shape)
    return x @ layers[-1]["w"] + layers[-1]["b"], running


def cross_entropy(z, t):
    return (jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, t[:, None], 1)[:, 0]).mean()


def step(spec, net, x, t, key, i):
    def loss(layers):
        z, running = scores(spec, layers, net["running"], x, key)
        return cross_entropy(z, t), running

    grads, running = jax.grad(loss, has_aux=True)(net["layers"])
    grads = [g | {"w": g["w"] + net["decay"] * p["w"]} for g, p in zip(grads, net["layers"])]
    rule = partial(RULES[spec.rule][0], net["lr"], i + 1.0)
    new = [rule(g, *kept) for g, kept in zip(jax.tree.leaves(grads), net["kept"])]
    leaves, shape = jax.tree.flatten(net["layers"])
    layers = shape.unflatten([w + change for w, (change, *_) in zip(leaves, new)])
    return net | {"layers": layers, "running": running, "kept": [kept for _, *kept in new]}


def evaluated(spec, net, x):
    return scores(spec, net["layers"], net["running"], x)[0]


def loss(spec, net, x, t):
    return cross_entropy(evaluated(spec, net, x), t)


def outputs(spec, net, x):
    return jax.nn.softmax(evaluated(spec, net, x))


def accuracy(spec, net, x, t):
    rows = min(EVALUATE, len(t))
    blocks = x.reshape(-1, rows, 784), t.reshape(-1, rows)
    hits = lax.map(lambda block: (evaluated(spec, net, block[0]).argmax(1) == block[1]).sum(), blocks)
    return hits.sum() / len(t)


def abreast(f, items, axes):
    """Of one item alone, without the axis that several have."""
    return jax.vmap(f, axes) if len(items) > 1 else f


def stacked(trees):
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees) if len(trees) > 1 else trees[0]


def apart(tree, items):
    if len(items) == 1:
        return [tree]
    return [jax.tree.map(lambda leaf: leaf[i], tree) for i in range(len(items))]


def training(job, groups):
    """A function that trains the networks of a job, which come in groups of one form."""

    def each(f, nets, *shared):
        axes = (0,) + (None,) * len(shared)
        return [abreast(partial(f, group[0]), group, axes)(net, *shared) for group, net in zip(groups, nets)]

    def run(seed, given, train, test):
        key = jax.random.key(seed)
        sets = {"train": tuple(a[:job.train_size] for a in train), "test": test}
        if job.validation:
            order = jax.random.permutation(jax.random.fold_in(key, job.iterations), job.train_size)
            ends = {"validation": order[:job.validation], "train": order[job.validation:]}
            sets |= {name: (train[0][rows], train[1][rows]) for name, rows in ends.items()}
        x, t = sets["train"]

        def measure(nets):
            return {name: each(accuracy, nets, *sets[name]) for name in job.measure}

        def iteration(nets, i):
            draw, drop = jax.random.split(jax.random.fold_in(key, i))
            rows = jax.random.randint(draw, (job.batch,), 0, len(t))
            batch = x[rows], t[rows]
            nets, seen = each(step, nets, *batch, drop, i), {}
            if job.measure == "loss":
                seen = {"loss": each(loss, nets, *batch)}
            elif job.every:
                nothing = jax.tree.map(lambda a: jnp.zeros(a.shape), jax.eval_shape(measure, nets))
                seen = lax.cond(i % job.every == 0, measure, lambda _: nothing, nets)
            return nets, seen

        nets, seen = lax.scan(iteration, each(network, given), jnp.arange(job.iterations))
        if job.measure == "loss":
            return {"loss": [a[-100:].mean(0) for a in seen["loss"]], "test": each(accuracy, nets, *test)}
        if job.measure == "outputs":
            return {"outputs": each(outputs, nets, test[0])}
        last = (job.iterations - 1) // job.every * job.every
        return jax.tree.map(lambda a: a[last], seen)

    return run


class Samples:
    def __init__(self, x, t):
        self.x, self.t, self.count = x, t, len(t)


class Backend:
    def __init__(self, args):
        jax.config.update("jax_enable_x64", args.precision == "f64")
        self.together = args.variant == "vmap"
        self.rng = np.random.default_rng(0)
        self.jitted = {}

    def data(self, split):
        images, labels, count = mnist.load(split)
        x = np.frombuffer(images, np.uint8).reshape(count, 784) / np.float32(255)
        return Samples(jnp.array(x, float), jnp.array(np.frombuffer(labels, np.uint8), int))

    def grouped(self, items, kind):
        return grouped(items, kind) if self.together else [[item] for item in items]

    def programs(self, work, data):
        """Jobs that run at once, the groups of their networks, the jitted training, its arguments."""
        seeds, sets = itertools.count(), [(data[name].x, data[name].t) for name in ("train", "test")]
        for jobs in self.grouped(work.jobs, kind):
            groups = [self.grouped(job.networks, form) for job in jobs]
            given = [[stacked([numbers(spec, next(seeds)) for spec in group]) for group in of] for of in groups]
            arguments = stacked([np.array(next(seeds)) for _ in jobs]), stacked(given), *sets
            run = jax.jit(abreast(training(jobs[0], groups[0]), jobs, (0, 0, None, None)))
            yield jobs, groups, self.jitted.setdefault(kind(jobs[0]), run), arguments

    def warm_up(self, work, data):
        """Compiles, and trains once: there is no shorter program that would do for a first step."""
        train(self, work, data)

    def about(self):
        return f"JAX {jax.__version__}"


def train(backend, work, data):
    reached = {}
    for jobs, groups, run, arguments in backend.programs(work, data):
        outcome = jax.device_get(run(*arguments))
        for of, seen in zip(groups, apart(outcome, jobs)):
            for g, group in enumerate(of):
                ends = {name: values[g] for name, values in seen.items()}
                reached |= {spec.name: end for spec, end in zip(group, apart(ends, group))}
    return reached


if __name__ == "__main__":
    main(Backend, train)
