"""Samplers, pruners and importance."""
import math
import warnings

import numpy as np
import optuna
import scipy.stats
import torch
from ConfigSpace import ConfigurationSpace, Float, Integer
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial
from scipy.stats import qmc
from sklearn.model_selection import ParameterGrid

from cells import Formula, cell, default, numbers
from peers import *

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
DRAWS = 50_000


def sampler(name, library, call, run, guess, formula=None, **more):
    cell("sampler", name, library, call, run, guess, formula, **more)


# A whole number from 1 to 10 on a log scale: how often 1, 2 and 10 come.
def shares(draws):
    draws = np.array(draws)
    return [np.mean(draws == n) for n in (1, 2, 10)]


def by_optuna(distribution):
    study, random = optuna.create_study(), optuna.samplers.RandomSampler(seed=1)
    return [random.sample_independent(study, None, "x", distribution) for _ in range(DRAWS)]


def by_configspace(hyperparameter):
    space = ConfigurationSpace(seed=1)
    space.add(hyperparameter)
    return [configuration["x"] for configuration in space.sample_configuration(DRAWS)]


def whole(low, high):
    return Formula("n's share is from n − ½ to n + ½", lambda: [
        math.log((n + 0.5) / (n - 0.5)) / math.log(10.5 / 0.5) for n in (1, 2, 10)])


ROUNDED = whole(0.5, 10.5)
FLOORED = Formula("n's share is from n to n + 1",
                  lambda: [math.log((n + 1) / n) / math.log(11) for n in (1, 2, 10)])
name = "Whole numbers on a log scale"
sampler(name, OPTUNA, "IntDistribution(1, 10, log=True)", lambda: shares(by_optuna(IntDistribution(1, 10, log=True))),
        ROUNDED, ours="logint:1:10", close=0.08)
sampler(name, CONFIGSPACE, "Integer(\"x\", (1, 10), log=True)",
        lambda: shares(by_configspace(Integer("x", (1, 10), log=True))), ROUNDED, FLOORED, close=0.08)
sampler(name, SCIPY, "stats.loguniform(1, 11), cut to whole numbers",
        lambda: shares(scipy.stats.loguniform(1, 11).rvs(DRAWS, random_state=1).astype(int)), FLOORED, close=0.08)

# A real number from 1e-6 to 1e-2 on a log scale: log₁₀ of the quartiles.
QUARTILES = numbers("log₁₀ x is uniform", -5, -4, -3)
quartiles = lambda draws: np.quantile(np.log10(draws), [0.25, 0.5, 0.75])
name = "Real numbers on a log scale"
sampler(name, OPTUNA, "FloatDistribution(1e-6, 1e-2, log=True)",
        lambda: quartiles(by_optuna(FloatDistribution(1e-6, 1e-2, log=True))), QUARTILES, ours="log:1e-6:1e-2", close=0.02)
sampler(name, CONFIGSPACE, "Float(\"x\", (1e-6, 1e-2), log=True)",
        lambda: quartiles(by_configspace(Float("x", (1e-6, 1e-2), log=True))), QUARTILES, ours="log:1e-6:1e-2", close=0.02)
sampler(name, SCIPY, "stats.loguniform(1e-6, 1e-2)",
        lambda: quartiles(scipy.stats.loguniform(1e-6, 1e-2).rvs(DRAWS, random_state=1)), QUARTILES,
        ours="log:1e-6:1e-2", close=0.02)

# Four points of a Sobol sequence in two dimensions.
PLAIN = numbers("the points in order, from 0", 0, 0, 0.5, 0.5, 0.75, 0.25, 0.25, 0.75)
name = "Sobol"
sampler(name, SCIPY, "qmc.Sobol(2, scramble=False)", lambda: qmc.Sobol(2, scramble=False).random(4), PLAIN, ours="sobol")
sampler(name, TORCH, "quasirandom.SobolEngine(2)", lambda: torch.quasirandom.SobolEngine(2).draw(4), PLAIN, ours="sobol")


def qmc_trials():
    """Without the first trial, for which Optuna does not know the space yet."""
    study = optuna.create_study(sampler=optuna.samplers.QMCSampler(seed=1))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), n_trials=5)
    return [[trial.params["x"], trial.params["y"]] for trial in study.trials[1:]]


sampler(name, OPTUNA, "QMCSampler(), trials 1 to 4", qmc_trials,
        numbers("from the second point on: the first trial took one", 0.5, 0.5, 0.75, 0.25, 0.25, 0.75, 0.375, 0.375), PLAIN, ours="sobol",
        defaults=default(optuna.samplers.QMCSampler, "qmc_type", "scramble"))
sampler(name, SCIPY, "qmc.Sobol(2), starts at 0?", lambda: [np.all(qmc.Sobol(2, rng=1).random(1) == 0)],
        numbers("yes", 1), numbers("no: scrambled", 0), defaults=default(qmc.Sobol.__init__, "scramble"))

# A grid of 3 × 3: is it gone through in order, and what comes after its last point?
name, IN_ORDER, SHUFFLED = "Grid", numbers("in order", 1), numbers("shuffled", 0)


def optuna_grid():
    study = optuna.create_study(sampler=optuna.samplers.GridSampler({"x": [0, 1, 2], "y": [0, 1, 2]}))
    study.optimize(lambda trial: trial.suggest_int("x", 0, 2) + trial.suggest_int("y", 0, 2), n_trials=20)
    return [(trial.params["x"], trial.params["y"]) for trial in study.trials]


sampler(name, OPTUNA, "GridSampler, in order?", lambda: [optuna_grid() == sorted(optuna_grid())], SHUFFLED,
        defaults=default(optuna.samplers.GridSampler, "seed"))
sampler(name, SKLEARN, "ParameterGrid, in order?",
        lambda: [[(p["x"], p["y"]) for p in ParameterGrid({"x": range(3), "y": range(3)})] == sorted(optuna_grid())],
        IN_ORDER)
sampler(name, OPTUNA, "GridSampler, asked for twenty trials", lambda: [len(optuna_grid())],
        numbers("stops after the last point", 9))


# Bayesian optimisation: how many trials are not chosen by the Gaussian process.
def optuna_startup():
    counted = optuna.samplers.GPSampler(seed=1)
    study = optuna.create_study(sampler=counted)
    learned, relative = [], counted.sample_relative
    counted.sample_relative = lambda *a: learned.append(relative(*a)) or learned[-1]
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=13)
    return [sum(not params for params in learned)]


sampler("Gaussian process", OPTUNA, "GPSampler", optuna_startup, numbers("the first trials are drawn at random", 10),
        defaults=default(optuna.samplers.GPSampler, "n_startup_trials", "deterministic_objective"))


# Median pruning: is a trial stopped? Larger is better; all others report 0.2, 0.4 and 0.6 or so.
def pruned(pruner, others, reports, state=TrialState.COMPLETE):
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for values in others:
        study.add_trial(create_trial(state=state, value=values[-1], intermediate_values=dict(enumerate(values))))
    trial = study.ask()
    for step, value in enumerate(reports):
        trial.report(value, step)
    return trial.should_prune()


def pruner(name, library, call, run, guess, formula=None, **more):
    cell("pruner", name, library, call, run, guess, formula, **more)


FIVE = [[x, x] for x in (0.1, 0.2, 0.4, 0.6, 0.9)]
median = optuna.pruners.MedianPruner
name, defaults = "Median pruner", default(median, "n_startup_trials", "n_warmup_steps")
pruner(name, OPTUNA, "MedianPruner()", lambda: [pruned(median(), FIVE[:4], [0.0])],
       numbers("goes on: four complete trials are too few", 0),
       defaults=defaults, ours="median startup=5")
pruner(name, OPTUNA, "MedianPruner()", lambda: [pruned(median(), FIVE, [0.3])],
       numbers("stopped: below the median of five", 1),
       defaults=defaults, ours="median startup=5")
pruner(name, OPTUNA, "MedianPruner()", lambda: [pruned(median(), FIVE, [0.4])],
       numbers("goes on: at the median", 0), ours="median startup=5")
pruner(name, OPTUNA, "MedianPruner()", lambda: [pruned(median(), FIVE, [0.5, 0.0])],
       numbers("stopped: its last value is below", 1), numbers("goes on: its best value is above", 0), ours="median startup=5")
pruner(name, OPTUNA, "MedianPruner()", lambda: [pruned(median(), FIVE, [0.0], TrialState.PRUNED)],
       numbers("goes on: stopped trials do not count", 0), ours="median startup=5")
pruner(name, OPTUNA, "MedianPruner(5, 1)", lambda: [pruned(median(5, 1), FIVE, [0.0])],
       numbers("goes on: warming up for one step", 0), ours="median startup=5 warmup=1")
pruner(name, OPTUNA, "MedianPruner(5, 1)", lambda: [pruned(median(5, 1), FIVE, [0.0, 0.0])],
       numbers("stopped: after one step", 1), ours="median startup=5 warmup=1")


# Successive halving: five trials one after the other; which report stops each, counted from 1.
def halved(make, values, first=0):
    study, stopped = optuna.create_study(direction="maximize", pruner=make()), []
    for value in values:
        trial = study.ask()
        for step in range(9):
            trial.report(value, first + step)
            if trial.should_prune():
                break
        stopped.append(step + 1)
        study.tell(trial, value if step == 8 else None, state=None if step == 8 else TrialState.PRUNED)
    return stopped


AT_ONCE = numbers("of those at a rung, the best third go on", 9, 1, 9, 1, 1)
VALUES = [0.5, 0.4, 0.6, 0.55, 0.3]
halving = optuna.pruners.SuccessiveHalvingPruner
pruner("Successive halving", OPTUNA, "SuccessiveHalvingPruner(1, 3)",
       lambda: halved(lambda: halving(1, 3), VALUES), AT_ONCE,
       numbers("rungs are at steps 1, 3 and 9, so the second report is the first at a rung", 9, 2, 9, 2, 2))
pruner("Successive halving", OPTUNA, "SuccessiveHalvingPruner(1, 3), steps from 1",
       lambda: halved(lambda: halving(1, 3), VALUES, 1), AT_ONCE, ours="asha first=1 reduction=3")
pruner("Successive halving", OPTUNA, "SuccessiveHalvingPruner()", lambda: halved(halving, VALUES), AT_ONCE,
       numbers("no rung before a trial has ended; the next one is the first at it", 9, 9, 9, 2, 2), defaults=default(halving, "min_resource", "reduction_factor"))


# Importance: fifty trials of two numbers, of which the first decides.
def study_of_two():
    study = optuna.create_study(direction="maximize")
    of = {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)}
    for k in range(50):
        x, y = (k * 7 % 50 + 0.5) / 50, (k * 13 % 50 + 0.5) / 50
        study.add_trial(create_trial(params={"x": x, "y": y}, distributions=of, value=-((x - 0.3) ** 2) - 0.05 * y))
    return study


def importance(evaluator=None):
    found = get_param_importances(study_of_two(), evaluator=evaluator)
    return [found["x"], found["y"]]


PED = Formula("PED-ANOVA", lambda: importance(PedAnovaImportanceEvaluator()))
FANOVA = Formula("fANOVA", lambda: importance(FanovaImportanceEvaluator(seed=0)))
cell("importance", "Importance", OPTUNA, "get_param_importances(study)", importance, FANOVA, PED, ours="ped-anova", close=1e-8)
cell("importance", "Importance", OPTUNA, "get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))",
     lambda: importance(FanovaImportanceEvaluator(seed=0)), FANOVA)


def conditional():
    """The second number exists in every other trial only."""
    study = optuna.create_study(direction="maximize")
    for trial in study_of_two().trials:
        if trial.number % 2:
            trial.params.pop("y")
            trial.distributions.pop("y")
        study.add_trial(trial)
    return [len(get_param_importances(study))]


cell("importance", "Importance", OPTUNA, "len(get_param_importances(study))",
     conditional, numbers("a number that every other trial lacks is left out", 1), numbers("a number that every other trial lacks is judged, too", 2))
