"""Update rules in NumPy, each with the words of its formula.

Gradients of eight steps on three numbers: of ordinary size, a millionth of it, and 0. The third
number starts at 1, so that it shows weight decay; the others start at 0. The rate is 1.
"""
import numpy as np

from cells import Formula

GRADS = [np.array([g, 1e-6 * g, 0.0]) for g in (1, 0.5, -0.25, 1, 0.5, -0.25, 1, 0.5)]
START = np.array([0.0, 0.0, 1.0])


def rule(words, **defaults):
    """Makes a formula of a function that returns the step, given g, the state s, w and t."""

    def named(step):
        def formula(**settings):
            values = {**defaults, **settings}

            def path():
                w, s, path = START.copy(), {}, []
                for t, g in enumerate(GRADS, 1):
                    w = w - step(g, s, w, t, **values)
                    path.append(w)
                return np.array(path)

            settings = ", ".join(f"{name} {value:g}" for name, value in values.items())
            return Formula(f"`{words}`, `{settings}`" if settings else f"`{words}`", path)

        return formula

    return named


def mean(s, name, rate, x):
    s[name] = rate * s.get(name, 0.0) + (1 - rate) * x
    return s[name]


@rule("W − η·g")
def sgd(g, s, w, t):
    return g


@rule("v := α·v + g; W − η·v", α=0.9)
def momentum(g, s, w, t, α):
    s["v"] = α * s.get("v", 0.0) + g
    return s["v"]


@rule("v := α·v + (1−d)·g, at first v := g; W − η·v", α=0.9, d=0.1)
def dampened(g, s, w, t, α, d):
    s["v"] = α * s["v"] + (1 - d) * g if "v" in s else g
    return s["v"]


@rule("v := α·v + g; W − η·(g + α·v)", α=0.9)
def nesterov(g, s, w, t, α):
    s["v"] = α * s.get("v", 0.0) + g
    return g + α * s["v"]


@rule("v := α·v + (1−d)·g, at first v := g; W − η·(g + α·v)", α=0.9, d=0.1)
def dampened_nesterov(g, s, w, t, α, d):
    s["v"] = α * s["v"] + (1 - d) * g if "v" in s else g
    return g + α * s["v"]


@rule("v := α·v + g; W − η·((1+α)·g + α²·v)", α=0.9)
def nesterov_slip(g, s, w, t, α):
    s["v"] = α * s.get("v", 0.0) + g
    return (1 + α) * g + α**2 * s["v"]


@rule("h := h + g²; W − η·g / (√h + ε)", ε=1e-10)
def adagrad(g, s, w, t, ε):
    s["h"] = s.get("h", 0.0) + g**2
    return g / (np.sqrt(s["h"]) + ε)


@rule("h := h + g²; W − η·g / √(h + ε)", h0=0.1, ε=1e-7)
def adagrad_inside(g, s, w, t, h0, ε):
    s["h"] = s.get("h", h0) + g**2
    return g / np.sqrt(s["h"] + ε)


@rule("h := ρ·h + (1−ρ)·g²; W − η·g / (√h + ε)", ρ=0.99, ε=1e-8)
def rmsprop(g, s, w, t, ρ, ε):
    return g / (np.sqrt(mean(s, "h", ρ, g**2)) + ε)


@rule("h := ρ·h + (1−ρ)·g²; W − η·g / √(h + ε)", ρ=0.9, ε=1e-8)
def rmsprop_inside(g, s, w, t, ρ, ε):
    return g / np.sqrt(mean(s, "h", ρ, g**2) + ε)


@rule("h := ρ·h + (1−ρ)·g²; v := μ·v + g / (√h + ε); W − η·v", ρ=0.99, μ=0.9, ε=1e-8)
def rmsprop_momentum(g, s, w, t, ρ, μ, ε):
    s["v"] = μ * s.get("v", 0.0) + g / (np.sqrt(mean(s, "h", ρ, g**2)) + ε)
    return s["v"]


@rule("W − η·m̂ / (√v̂ + ε)", β1=0.9, β2=0.999, ε=1e-8)
def adam(g, s, w, t, β1, β2, ε):
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    return m / (1 - β1**t) / (np.sqrt(v / (1 - β2**t)) + ε)


@rule("W − η_t·m / (√v + ε)", β1=0.9, β2=0.999, ε=1e-8)
def adam_early(g, s, w, t, β1, β2, ε):
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    return np.sqrt(1 - β2**t) / (1 - β1**t) * m / (np.sqrt(v) + ε)


@rule("W − η·√(s + ε) / √(h + ε)·g", ρ=0.9, ε=1e-6)
def adadelta(g, s, w, t, ρ, ε):
    h = mean(s, "h", ρ, g**2)
    step = np.sqrt(s.get("s", 0.0) + ε) / np.sqrt(h + ε) * g
    mean(s, "s", ρ, step**2)
    return step


@rule("u := max(β₂·u, abs(g) + ε); W − η·m̂ / u", β1=0.9, β2=0.999, ε=1e-8)
def adamax(g, s, w, t, β1, β2, ε):
    s["u"] = np.maximum(β2 * s.get("u", 0.0), np.abs(g) + ε)
    return mean(s, "m", β1, g) / (1 - β1**t) / s["u"]


@rule("u := max(β₂·u, abs(g)); W − η·m̂ / (u + ε)", β1=0.9, β2=0.999, ε=1e-8)
def adamax_outside(g, s, w, t, β1, β2, ε):
    s["u"] = np.maximum(β2 * s.get("u", 0.0), np.abs(g))
    return mean(s, "m", β1, g) / (1 - β1**t) / (s["u"] + ε)


def largest(s, v):
    s["largest"] = np.maximum(s.get("largest", 0.0), v)
    return s["largest"]


@rule("W − η·m̂ / (√(max v / (1−β₂ᵗ)) + ε)", β1=0.9, β2=0.999, ε=1e-8)
def amsgrad(g, s, w, t, β1, β2, ε):
    v = largest(s, mean(s, "v", β2, g**2)) / (1 - β2**t)
    return mean(s, "m", β1, g) / (1 - β1**t) / (np.sqrt(v) + ε)


@rule("W − η_t·m / (√(max v) + ε)", β1=0.9, β2=0.999, ε=1e-8)
def amsgrad_early(g, s, w, t, β1, β2, ε):
    v = largest(s, mean(s, "v", β2, g**2))
    return np.sqrt(1 - β2**t) / (1 - β1**t) * mean(s, "m", β1, g) / (np.sqrt(v) + ε)


@rule("W − η·m̂ / (√(max v̂) + ε)", β1=0.9, β2=0.999, ε=1e-8)
def amsgrad_of_corrected(g, s, w, t, β1, β2, ε):
    v = largest(s, mean(s, "v", β2, g**2) / (1 - β2**t))
    return mean(s, "m", β1, g) / (1 - β1**t) / (np.sqrt(v) + ε)


@rule("W − η·(m̂ / (√v̂ + ε) + λ·W)", β1=0.9, β2=0.999, ε=1e-8, λ=0.01)
def adamw(g, s, w, t, β1, β2, ε, λ):
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    return m / (1 - β1**t) / (np.sqrt(v / (1 - β2**t)) + ε) + λ * w


@rule("W − η_t·m / (√v + ε) − η·λ·W", β1=0.9, β2=0.999, ε=1e-8, λ=0.01)
def adamw_early(g, s, w, t, β1, β2, ε, λ):
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    return np.sqrt(1 - β2**t) / (1 - β1**t) * m / (np.sqrt(v) + ε) + λ * w


@rule("μ_t = β₁·(1 − ½·0.96^(t·ψ))", β1=0.9, β2=0.999, ε=1e-8, ψ=0.004)
def nadam(g, s, w, t, β1, β2, ε, ψ):
    μ = lambda t: β1 * (1 - 0.5 * 0.96 ** (t * ψ))
    s["product"] = s.get("product", 1.0) * μ(t)
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    step = μ(t + 1) * m / (1 - s["product"] * μ(t + 1)) + (1 - μ(t)) * g / (1 - s["product"])
    return step / (np.sqrt(v / (1 - β2**t)) + ε)


@rule("μ_t = β₁", β1=0.9, β2=0.999, ε=1e-8)
def nadam_constant(g, s, w, t, β1, β2, ε):
    m, v = mean(s, "m", β1, g), mean(s, "v", β2, g**2)
    step = β1 * m / (1 - β1 ** (t + 1)) + (1 - β1) * g / (1 - β1**t)
    return step / (np.sqrt(v / (1 - β2**t)) + ε)


@rule("m̂, from ρ_t > 5 on r·m̂ / (√v̂ + ε)", β1=0.9, β2=0.999, ε=1e-8)
def radam(g, s, w, t, β1, β2, ε):
    return rectified(g, s, t, β1, β2, lambda v, c: np.sqrt(v / c) + ε, 5)


@rule("m̂, from ρ_t > 5 on r·m̂·√(1−β₂ᵗ) / (√v + ε)", β1=0.9, β2=0.999, ε=1e-8)
def radam_early(g, s, w, t, β1, β2, ε):
    return rectified(g, s, t, β1, β2, lambda v, c: (np.sqrt(v) + ε) / np.sqrt(c), 5)


def rectified(g, s, t, β1, β2, root, threshold):
    m, v = mean(s, "m", β1, g) / (1 - β1**t), mean(s, "v", β2, g**2)
    most = 2 / (1 - β2) - 1
    length = most - 2 * t * β2**t / (1 - β2**t)
    if length <= threshold:
        return m
    r = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
    return np.sqrt(r) * m / root(v, 1 - β2**t)


@rule("W − η·sign(β₁·m + (1−β₁)·g); m := β₂·m + (1−β₂)·g", β1=0.9, β2=0.99)
def lion(g, s, w, t, β1, β2):
    step = np.sign(β1 * s.get("m", 0.0) + (1 - β1) * g)
    mean(s, "m", β2, g)
    return step


@rule("W − η·(sign(β₁·m + (1−β₁)·g) + λ·W); m := β₂·m + (1−β₂)·g", β1=0.9, β2=0.99, λ=1e-3)
def lion_decayed(g, s, w, t, β1, β2, λ):
    step = np.sign(β1 * s.get("m", 0.0) + (1 - β1) * g)
    mean(s, "m", β2, g)
    return step + λ * w
