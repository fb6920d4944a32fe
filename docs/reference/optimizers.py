"""Golden values of crates/optimizers.

    pip install numpy torch
    python docs/reference/optimizers.py > crates/optimizers/tests/goldens/optimizers.json

Everything is float64. "textbook" paths come from the formulas below, written from the papers and
the book in NumPy; "torch" paths from torch.optim. All share 20 given gradients on two slots of
different shape, the first of which takes weight decay.
"""
import json
import platform

import numpy as np
import torch

STEPS = 20
TINY = 1e-30  # an epsilon too small to matter: here PyTorch and the book agree

rng = np.random.default_rng(6)
START = [rng.normal(size=(2, 3)), rng.normal(size=4)]
GRADS = [[rng.normal(size=w.shape) for w in START] for _ in range(STEPS)]
for t, (dw, _) in enumerate(GRADS):
    dw[0, 0] = 0.0  # a dead unit: never a gradient
    if t < 5:
        dw[1, 2] = 0.0  # one that wakes up late
SMALL_GRADS = [[1e-6 * g for g in grads] for grads in GRADS]


# The rules. Each takes value, gradient, a dict of state arrays (zeros at first) and t = 1, 2, ...
def sgd(w, g, s, t, lr):
    return w - lr * g


def momentum(w, g, s, t, lr, momentum):
    s["v"] = momentum * s["v"] - lr * g
    return w + s["v"]


def nesterov(w, g, s, t, lr, momentum):
    old = s["v"]
    s["v"] = momentum * old - lr * g
    return w + momentum**2 * old - (1 + momentum) * lr * g


def nesterov_slip(w, g, s, t, lr, momentum):
    """The variant of the book's Korean repository: the velocity first, then both lines with it."""
    s["v"] = momentum * s["v"] - lr * g
    return w + momentum**2 * s["v"] - (1 + momentum) * lr * g


def adagrad(w, g, s, t, lr, eps):
    s["h"] = s["h"] + g**2
    return w - lr * g / (np.sqrt(s["h"]) + eps)


def rmsprop(w, g, s, t, lr, rho, eps):
    s["h"] = rho * s["h"] + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(s["h"]) + eps)


def adadelta(w, g, s, t, lr, rho, eps):
    s["h"] = rho * s["h"] + (1 - rho) * g**2
    d = np.sqrt(s["s"] + eps) / np.sqrt(s["h"] + eps) * g
    s["s"] = rho * s["s"] + (1 - rho) * d**2
    return w - lr * d


def moments(g, s, beta1, beta2):
    s["m"] = beta1 * s["m"] + (1 - beta1) * g
    s["v"] = beta2 * s["v"] + (1 - beta2) * g**2


def adam(w, g, s, t, lr, beta1, beta2, eps):
    moments(g, s, beta1, beta2)
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr_t * s["m"] / (np.sqrt(s["v"]) + eps)


def adamax(w, g, s, t, lr, beta1, beta2, eps):
    s["m"] = beta1 * s["m"] + (1 - beta1) * g
    s["u"] = np.maximum(beta2 * s["u"], np.abs(g))
    return w - lr / (1 - beta1**t) * s["m"] / (s["u"] + eps)


def amsgrad(w, g, s, t, lr, beta1, beta2, eps):
    moments(g, s, beta1, beta2)
    s["v_hat"] = np.maximum(s["v_hat"], s["v"])
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr_t * s["m"] / (np.sqrt(s["v_hat"]) + eps)


def nadam(w, g, s, t, lr, beta1, beta2, eps, momentum_decay):
    moments(g, s, beta1, beta2)
    mu = [beta1 * (1 - 0.5 * 0.96 ** (i * momentum_decay)) for i in range(1, t + 2)]
    m_hat = mu[t] * s["m"] / (1 - np.prod(mu)) + (1 - mu[t - 1]) * g / (1 - np.prod(mu[:t]))
    return w - lr * m_hat / (np.sqrt(s["v"] / (1 - beta2**t)) + eps)


def radam(w, g, s, t, lr, beta1, beta2, eps):
    moments(g, s, beta1, beta2)
    m_hat = s["m"] / (1 - beta1**t)
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / (1 - beta2**t)
    if length <= 5:
        return w - lr * m_hat
    r = (length - 4) / (longest - 4) * (length - 2) / (longest - 2) * longest / length
    return w - lr * np.sqrt(r) * m_hat * np.sqrt(1 - beta2**t) / (np.sqrt(s["v"]) + eps)


def lion(w, g, s, t, lr, beta1, beta2):
    direction = np.sign(beta1 * s["m"] + (1 - beta1) * g)
    s["m"] = beta2 * s["m"] + (1 - beta2) * g
    return w - lr * direction


def flat(slots):
    return [float(x) for w in slots for x in np.asarray(w).ravel()]


def textbook(name, rule, hyper, l2=0.0, decoupled=0.0, grads=GRADS, formula=None):
    """Runs one of the formulas above; l2 and decoupled decay act on the first slot alone."""
    slots = [w.copy() for w in START]
    states = [{key: np.zeros_like(w) for key in ("v", "h", "s", "m", "u", "v_hat")} for w in slots]
    path = []
    for t, grad in enumerate(grads, 1):
        for i, (w, s) in enumerate(zip(slots, states)):
            decays = i == 0
            g = grad[i] + decays * l2 * w
            w = w - decays * hyper["lr"] * decoupled * w
            slots[i] = (formula or globals()[rule])(w, g, s, t, **hyper)
        path.append(flat(slots))
    return case(name, "textbook", rule, hyper, l2, decoupled, path)


def with_torch(name, rule, hyper, build, l2=0.0, decoupled=0.0, grads=GRADS, lr_after_10=None):
    """Runs a torch optimizer; `build` takes the parameter groups."""
    slots = [torch.tensor(w, requires_grad=True) for w in START]
    decay = l2 or decoupled
    groups = [{"params": slots[:1], "weight_decay": decay}, {"params": slots[1:], "weight_decay": 0.0}]
    if not decay:
        groups = slots
    optimizer = build(groups)
    path = []
    for t, grad in enumerate(grads, 1):
        for w, g in zip(slots, grad):
            w.grad = torch.tensor(g)
        if lr_after_10 and t == 11:
            for group in optimizer.param_groups:
                group["lr"] = lr_after_10
        optimizer.step()
        path.append(flat([w.detach().numpy() for w in slots]))
    return case(name, "torch", rule, hyper, l2, decoupled, path)


def case(name, source, rule, hyper, l2, decoupled, path):
    decay = {"L2": l2} if l2 else {"Decoupled": decoupled} if decoupled else "None"
    return {"name": name, "source": source, "rule": rule, "hyper": hyper, "decay": decay, "path": path}


def torch_case(name, rule, hyper, build, **more):
    return with_torch(f"torch {name}", rule, hyper, build, **more)


def all_cases():
    o = torch.optim
    mom = {"lr": 0.05, "momentum": 0.8}
    eps7 = {"lr": 0.1, "eps": 1e-7}
    rms = {"lr": 0.02, "rho": 0.9, "eps": 1e-7}
    delta = {"lr": 1.0, "rho": 0.9, "eps": 1e-6}
    betas = {"lr": 0.03, "beta1": 0.85, "beta2": 0.98}
    book, tiny, eps8 = ({**betas, "eps": e} for e in (1e-7, TINY, 1e-8))
    psi = {**eps8, "momentum_decay": 0.004}
    kw = {"lr": 0.03, "betas": (0.85, 0.98)}
    cases = [
        textbook("sgd", "sgd", {"lr": 0.05}),
        textbook("momentum", "momentum", mom),
        textbook("nesterov", "nesterov", mom),
        textbook("adagrad", "adagrad", eps7),
        textbook("rmsprop", "rmsprop", rms),
        textbook("adadelta", "adadelta", delta),
        textbook("adam", "adam", book),
        textbook("adamax", "adamax", eps8),
        textbook("amsgrad", "amsgrad", eps8),
        textbook("nadam", "nadam", psi),
        textbook("radam", "radam", eps8),
        textbook("lion", "lion", betas),
        textbook("adam on small gradients", "adam", book, grads=SMALL_GRADS),
        textbook("sgd, L2", "sgd", {"lr": 0.05}, l2=0.1),
        textbook("sgd, decoupled", "sgd", {"lr": 0.05}, decoupled=0.1),
        textbook("adam, L2", "adam", book, l2=0.1),
        textbook("adamw", "adam", book, decoupled=0.1),
        textbook("lion, decoupled", "lion", betas, decoupled=0.1),
        torch_case("sgd", "sgd", {"lr": 0.05}, lambda p: o.SGD(p, lr=0.05)),
        torch_case("momentum", "momentum", mom, lambda p: o.SGD(p, lr=0.05, momentum=0.8)),
        torch_case("nesterov", "nesterov", mom,
                   lambda p: o.SGD(p, lr=0.05, momentum=0.8, nesterov=True)),
        torch_case("adagrad", "adagrad", eps7, lambda p: o.Adagrad(p, lr=0.1, eps=1e-7)),
        torch_case("rmsprop", "rmsprop", rms, lambda p: o.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-7)),
        torch_case("adadelta", "adadelta", delta,
                   lambda p: o.Adadelta(p, lr=1.0, rho=0.9, eps=1e-6)),
        torch_case("adam", "adam", tiny, lambda p: o.Adam(p, eps=TINY, **kw)),
        torch_case("adamax", "adamax", tiny, lambda p: o.Adamax(p, eps=TINY, **kw)),
        torch_case("amsgrad", "amsgrad", tiny, lambda p: o.Adam(p, eps=TINY, amsgrad=True, **kw)),
        torch_case("nadam", "nadam", psi, lambda p: o.NAdam(p, momentum_decay=0.004, **kw)),
        torch_case("radam", "radam", eps8, lambda p: o.RAdam(p, **kw)),
        torch_case("momentum, L2", "momentum", mom,
                   lambda p: o.SGD(p, lr=0.05, momentum=0.8), l2=0.1),
        torch_case("adam, L2", "adam", tiny, lambda p: o.Adam(p, eps=TINY, **kw), l2=0.1),
        torch_case("adamw", "adam", tiny, lambda p: o.AdamW(p, eps=TINY, **kw), decoupled=0.1),
    ]
    differing = [
        textbook("nesterov slip", "nesterov", mom, formula=nesterov_slip),
        torch_case("adam on small gradients", "adam", book,
                   lambda p: o.Adam(p, eps=1e-7, **kw), grads=SMALL_GRADS),
        torch_case("adamax on small gradients", "adamax", book,
                   lambda p: o.Adamax(p, eps=1e-7, **kw), grads=SMALL_GRADS),
        torch_case("momentum, lr 0.005 after 10 steps", "momentum", mom,
                   lambda p: o.SGD(p, lr=0.05, momentum=0.8), lr_after_10=0.005),
    ]
    return cases, differing


def ravine():
    """Section 6.1.7: f = x²/20 + y² from (-7, 2); 30 points, of which the start is the first."""
    runs = {
        "sgd": (sgd, {"lr": 0.95}),
        "momentum": (momentum, {"lr": 0.1, "momentum": 0.9}),
        "adagrad": (adagrad, {"lr": 1.5, "eps": 1e-7}),
        "adam": (adam, {"lr": 0.3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7}),
    }
    result = {}
    for name, (rule, hyper) in runs.items():
        p, state = np.array([-7.0, 2.0]), {key: np.zeros(2) for key in ("v", "h", "m")}
        points = [p]
        for t in range(1, 30):
            p = rule(p, p * [0.1, 2.0], state, t, **hyper)
            points.append(p)
        result[name] = [[float(x), float(y)] for x, y in points]
    return result


def norms():
    grads = [g.copy() for g in GRADS[1]]
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    params = [torch.zeros(g.shape) for g in grads]
    for p, g in zip(params, grads):
        p.grad = torch.tensor(g)
    torch_norm = torch.nn.utils.clip_grad_norm_(params, 1.5)
    weights = START[0]  # a unit is a column
    column_norms = np.sqrt(np.sum(weights**2, axis=0))
    constrained = weights * np.minimum(1.0, 1.0 / column_norms)
    return {
        "max_total_norm": 1.5,
        "grads": [flat([g]) for g in grads],
        "total_norm": float(norm),
        "clipped": flat([g * min(1.0, 1.5 / norm) for g in grads]),
        "torch_total_norm": float(torch_norm),
        "torch_clipped": flat([p.grad.numpy() for p in params]),
        "max_unit_norm": 1.0,
        "weights": weights.T.ravel().tolist(),
        "constrained": constrained.T.ravel().tolist(),
    }


def main():
    torch.set_default_dtype(torch.float64)
    cases, differing = all_cases()
    golden = {
        "script": "docs/reference/optimizers.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__},
        "start": [flat([w]) for w in START],
        "grads": [[flat([g]) for g in grads] for grads in GRADS],
        "cases": cases,
        "differing": differing,
        "ravine": ravine(),
        "norms": norms(),
    }
    # One line a path: readable differences, and a tenth of the lines of indent=1.
    text = json.dumps(golden)
    for key in ('"grads": ', '"cases": ', '"differing": ', '"ravine": ', '"norms": ',
                '{"name": ', '"path": '):
        text = text.replace(key, "\n" + key)
    print(text)


main()
