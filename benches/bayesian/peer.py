"""Minimises Hartmann's function of six variables with another library's Gaussian process.

    python peer.py optuna|skopt TRIALS

Prints processor seconds, wall seconds, and how far the best value is above the minimum. Imports and the first calls
are not timed.
"""
import math
import sys
import time
import warnings

ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
LEAST = -3.322368011415512


def hartmann(x):
    hills = (math.exp(-sum(a * (u - p) ** 2 for a, u, p in zip(*rows, x))) for rows in zip(A, P))
    return -sum(map(math.prod, zip(ALPHA, hills)))


def with_optuna(trials):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=1))
    study.optimize(lambda trial: hartmann([trial.suggest_float(f"x{k}", 0, 1) for k in range(6)]), trials)
    return study.best_value


def with_skopt(trials):
    import skopt

    return skopt.gp_minimize(hartmann, [(0.0, 1.0)] * 6, n_calls=trials, random_state=1).fun


warnings.filterwarnings("ignore")
search = {"optuna": with_optuna, "skopt": with_skopt}[sys.argv[1]]
search(12)
processor, wall = time.process_time(), time.perf_counter()
best = search(int(sys.argv[2]))
print(time.process_time() - processor, time.perf_counter() - wall, best - LEAST)
