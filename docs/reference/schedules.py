"""Golden values of crates/optimizers/src/schedules.

    pip install torch==2.15.0 optax==0.2.8
    python docs/reference/schedules.py > crates/optimizers/tests/goldens/schedules.json

Every schedule at its first, its last and its boundary steps, those beside them and a few between, from
torch.optim.lr_scheduler and from optax (with jax 0.10.2), everything in float64. "hyper" are our fields; where one
of the two means something else by the same name, the arguments here are those with which it agrees:

- optax's one cycle of n steps reaches its peak at int(pct_start * n) and its end at n, ours and PyTorch's of n steps at
  warmup * n - 1 and n - 1: it is one step shorter here, and `peak_at` says which pct_start has our peak.
- optax's warm-ups begin at an `init_value` that the caller gives, PyTorch's at `start_factor`: both are the peak over
  steps + 1.
- optax's cosine ends at the part `alpha` of its first rate, which here is min / lr.
- PyTorch's cosine rises again after its end, and its one cycle raises an error there: no steps after it.
"""
import json
import platform

import jax
import optax
import torch
from torch.optim import lr_scheduler

jax.config.update("jax_enable_x64", True)


def with_torch(build, lr, steps):
    """The rates of the optimizer of a scheduler, which `build` makes."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    scheduler = build(optimizer)
    rates = []
    for step in range(max(steps) + 1):
        if step:
            optimizer.step()
            scheduler.step()
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return [[step, rates[step]] for step in steps]


def with_optax(schedule, steps):
    return [[step, float(schedule(step))] for step in steps]


def case(source, schedule, hyper, rates):
    return {"source": source, "schedule": schedule, "hyper": hyper, "rates": rates}


def stairs():
    for every in (1, 7):
        hyper = {"lr": 0.4, "gamma": 0.3, "every": every}
        steps = sorted({0, every - 1, every, every + 1, 2 * every - 1, 2 * every, 10 * every})
        yield case("torch", "step", hyper,
                   with_torch(lambda o: lr_scheduler.StepLR(o, step_size=every, gamma=0.3), 0.4, steps))
        yield case("optax", "step", hyper,
                   with_optax(optax.exponential_decay(0.4, every, 0.3, staircase=True), steps))


def exponential():
    hyper, steps = {"lr": 0.4, "gamma": 0.9}, [0, 1, 2, 50, 1000]
    yield case("torch", "exponential", hyper,
               with_torch(lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9), 0.4, steps))
    yield case("optax", "exponential", hyper, with_optax(optax.exponential_decay(0.4, 1, 0.9), steps))


def cosine():
    for last in (1, 2, 40):
        hyper = {"lr": 0.4, "min": 0.01, "steps": last}
        steps = sorted({0, 1, last // 2, last - 1, last})
        yield case("torch", "cosine", hyper,
                   with_torch(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=last, eta_min=0.01), 0.4, steps))
        yield case("optax", "cosine", hyper,
                   with_optax(optax.cosine_decay_schedule(0.4, last, alpha=0.01 / 0.4), [*steps, last + 1, 1000]))


def warmup():
    for rise in (1, 10):
        last = rise + 20

        def after_rise(then, milestone=rise):
            def build(optimizer):
                first = lr_scheduler.LinearLR(optimizer, start_factor=1 / (milestone + 1), total_iters=milestone)
                return lr_scheduler.SequentialLR(optimizer, [first, then(optimizer)], milestones=[milestone])
            return build

        start = 0.4 / (rise + 1)
        steps = sorted({0, 1, rise // 2, rise - 1, rise, rise + 1, rise + 10, last - 1, last})
        cases = [
            ("constant", 0.4,
             lambda o: lr_scheduler.ConstantLR(o, factor=1.0),
             optax.warmup_constant_schedule(start, 0.4, rise)),
            ("exponential", {"lr": 0.4, "gamma": 0.9},
             lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9),
             optax.warmup_exponential_decay_schedule(start, 0.4, rise, 1, 0.9)),
            ("step", {"lr": 0.4, "gamma": 0.3, "every": 10},
             lambda o: lr_scheduler.StepLR(o, step_size=10, gamma=0.3),
             optax.warmup_exponential_decay_schedule(start, 0.4, rise, 10, 0.3, staircase=True)),
            # Its decay_steps count the warm-up too.
            ("cosine", {"lr": 0.4, "min": 0.01, "steps": 20},
             lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=20, eta_min=0.01),
             optax.warmup_cosine_decay_schedule(start, 0.4, rise, last, 0.01)),
        ]
        for then, fields, build, schedule in cases:
            hyper = {"steps": rise, "then": fields}
            yield case("torch", f"warmup, {then}", hyper, with_torch(after_rise(build), 0.4, steps))
            yield case("optax", f"warmup, {then}", hyper, with_optax(schedule, [*steps, last + 1, 1000]))


def one_cycle():
    # The peak before the first step, between two, on one, at the last.
    for count, part in [(1, 0.3), (40, 0.0), (33, 0.3), (40, 0.3), (40, 1.0)]:
        peak = int(part * count)
        steps = sorted({0, 1, peak - 2, peak - 1, peak, (peak + count) // 2, count - 2, count - 1} & set(range(count)))
        hyper = {"max": 0.4, "steps": count, "warmup": part, "start_divisor": 20.0, "end_divisor": 1e3}
        yield case("torch", "one_cycle", hyper, with_torch(
            lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.4, total_steps=count, pct_start=part, div_factor=20.0,
                                              final_div_factor=1e3, cycle_momentum=False), 0.4, steps))

    def peak_at(step, last):
        """The middle of the fractions of which int(fraction * last) is that step."""
        return (step + 0.5) / last

    for count, part in [(40, 0.3), (40, 0.75), (100, 0.3)]:
        peak, last = round(part * count) - 1, count - 1
        hyper = {"max": 0.4, "steps": count, "warmup": part, "start_divisor": 20.0, "end_divisor": 1e3}
        steps = [0, 1, peak - 1, peak, peak + 1, (peak + last) // 2, last - 1, last, last + 1, 1000]
        yield case("optax", "one_cycle", hyper, with_optax(
            optax.cosine_onecycle_schedule(last, 0.4, pct_start=peak_at(peak, last), div_factor=20.0,
                                           final_div_factor=1e3), steps))


def main():
    torch.set_default_dtype(torch.float64)
    golden = {
        "script": "docs/reference/schedules.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__,
                     "optax": optax.__version__, "jax": jax.__version__},
        "cases": [case for cases in (stairs, exponential, cosine, warmup, one_cycle) for case in cases()],
    }
    print(json.dumps(golden).replace('{"source": ', '\n{"source": '))


main()
