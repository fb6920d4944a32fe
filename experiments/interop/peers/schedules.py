"""Schedules: the rates of steps 0 to 12, with a highest rate of 1 and a length of 10."""
import math

import keras
import optax
import torch

from cells import Formula, cell
from peers import *

STEPS = range(13)


def rates(words, rate):
    return Formula(words, lambda: [rate(t) for t in STEPS])


def half(start, end, position):
    return start + (end - start) * (1 - math.cos(math.pi * position)) / 2


STEP = rates("`η·γ^⌊t/5⌋`", lambda t: 0.5 ** (t // 5))
LATE = rates("`η·γ^⌊(t−1)/5⌋`: one step late", lambda t: 0.5 ** max((t - 1) // 5, 0))
EXPONENTIAL = rates("`η·γᵗ`", lambda t: 0.9**t)
FALL = rates("half a cosine to min at 10, then min", lambda t: half(1, 0.1, min(t, 10) / 10))
WAVE = rates("half a cosine to min at 10, then it rises", lambda t: half(1, 0.1, t / 10))
RISE = rates("`η·(t+1)/5`, then η", lambda t: min((t + 1) / 5, 1))
FROM_0 = rates("`η·t/4`, then η: the first step is lost", lambda t: min(t / 4, 1))
FROM_A_THIRD = rates("`η·(⅓ + ⅔·t/4)`, then η", lambda t: min(1 / 3 + 2 / 3 * t / 4, 1))
WITHIN = rates("`η·t/4`, then a cosine to 0 at 10",
               lambda t: t / 4 if t < 4 else half(1, 0, min(t - 4, 6) / 6))
AFTER = rates("`η·t/4`, then a cosine to 0 at 4 + 10",
              lambda t: t / 4 if t < 4 else half(1, 0, min(t - 4, 10) / 10))


def cycle(peak, end, words):
    def rate(t):
        t = min(t, end)
        return half(1 / 25, 1, t / peak) if t <= peak else half(1, 1 / 25e4, (t - peak) / (end - peak))

    return rates(words, rate)


def of_torch(name, call, make, guess, formula=None, steps=STEPS, **more):
    def run():
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=1.0)
        schedule, found = make(optimizer), []
        for _ in steps:
            found.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        return found

    cell("schedule", name, TORCH, call, run, guess, formula, **more)


def of_function(library, name, call, schedule, guess, formula=None, close=1e-12, **more):
    run = lambda: [float(schedule(t)) for t in STEPS]
    cell("schedule", name, library, call, run, guess, formula, close=close, **more)


of = torch.optim.lr_scheduler
tf = keras.optimizers.schedules

ours = "step every=5 gamma=0.5"
of_torch("Step", "StepLR(step_size=5, gamma=0.5)", lambda o: of.StepLR(o, 5, 0.5), STEP, ours=ours)
of_function(OPTAX, "Step", "exponential_decay(1, 5, 0.5, staircase=True)",
            optax.exponential_decay(1.0, 5, 0.5, staircase=True), STEP, ours=ours)
of_function(OPTAX, "Step", "piecewise_constant_schedule(1, {5: 0.5, 10: 0.5})",
            optax.piecewise_constant_schedule(1.0, {5: 0.5, 10: 0.5}), STEP, ours=ours)
of_function(KERAS, "Step", "ExponentialDecay(1, 5, 0.5, staircase=True)",
            tf.ExponentialDecay(1.0, 5, 0.5, staircase=True), STEP, ours=ours)
of_function(KERAS, "Step", "PiecewiseConstantDecay([5, 10], [1, 0.5, 0.25])",
            tf.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.25]), STEP, LATE)
of_rust("schedule", BURN, "Step", "StepLrSchedulerConfig::new(1.0, 5).with_gamma(0.5)", STEP, ours=ours)

ours = "exponential gamma=0.9"
of_torch("Exponential", "ExponentialLR(gamma=0.9)", lambda o: of.ExponentialLR(o, 0.9), EXPONENTIAL,
         ours=ours)
of_function(OPTAX, "Exponential", "exponential_decay(1, 1, 0.9)", optax.exponential_decay(1.0, 1, 0.9),
            EXPONENTIAL, ours=ours)
of_function(KERAS, "Exponential", "ExponentialDecay(1, 1, 0.9)", tf.ExponentialDecay(1.0, 1, 0.9),
            EXPONENTIAL, ours=ours)
of_rust("schedule", BURN, "Exponential", "ExponentialLrSchedulerConfig::new(1.0, 0.9)", EXPONENTIAL, ours=ours)

ours = "cosine min=0.1 steps=10"
of_torch("Cosine", "CosineAnnealingLR(T_max=10, eta_min=0.1)", lambda o: of.CosineAnnealingLR(o, 10, 0.1),
         WAVE)
of_function(OPTAX, "Cosine", "cosine_decay_schedule(1, 10, alpha=0.1)",
            optax.cosine_decay_schedule(1.0, 10, alpha=0.1), FALL, ours=ours)
of_function(KERAS, "Cosine", "CosineDecay(1, 10, alpha=0.1)", tf.CosineDecay(1.0, 10, alpha=0.1), FALL,
            ours=ours, close=1e-6)
of_rust("schedule", BURN, "Cosine", "CosineAnnealingLrSchedulerConfig::new(1.0, 10).with_min_lr(0.1)", WAVE)

of_torch("Warmup", "LinearLR(start_factor=1/5, total_iters=4)", lambda o: of.LinearLR(o, 1 / 5, total_iters=4),
         RISE, ours="warmup steps=4")
of_torch("Warmup", "LinearLR(total_iters=4)", lambda o: of.LinearLR(o, total_iters=4), RISE, FROM_A_THIRD)
of_function(OPTAX, "Warmup", "warmup_constant_schedule(0, 1, 4)", optax.warmup_constant_schedule(0.0, 1.0, 4),
            FROM_0)
of_function(OPTAX, "Warmup", "warmup_cosine_decay_schedule(0, 1, 4, 10)",
            optax.warmup_cosine_decay_schedule(0.0, 1.0, 4, 10), AFTER, WITHIN)
of_function(KERAS, "Warmup", "CosineDecay(0, 10, warmup_target=1, warmup_steps=4)",
            tf.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4), WITHIN, AFTER,
            close=1e-6)
of_rust("schedule", BURN, "Warmup", "LinearLrSchedulerConfig::new(0.2, 1.0, 4)", RISE, ours="warmup steps=4")

TO_9 = cycle(2, 9, "up to η at 2, down to η/250000 at 9")
of_torch("One cycle", "OneCycleLR(max_lr=1, total_steps=10)", lambda o: of.OneCycleLR(o, 1.0, 10),
         Formula(TO_9.words, lambda: TO_9.values()[:10]), steps=range(10), ours="one_cycle steps=10")
of_function(OPTAX, "One cycle", "cosine_onecycle_schedule(10, 1)", optax.cosine_onecycle_schedule(10, 1.0),
            TO_9, cycle(3, 10, "up to η at 3, down to η/250000 at 10"))
