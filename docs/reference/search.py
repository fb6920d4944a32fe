"""Golden values of crates/search/src.

    pip install numpy scipy scikit-learn scikit-optimize optuna
    python docs/reference/search.py > crates/search/src/goldens/search.json

- "processes": Gaussian-process regression with a Matern 5/2 kernel of scikit-learn (the noise as
  `alpha` of the regressor, and as a WhiteKernel for the likelihood's gradient), its likelihood,
  posterior and, by scikit-optimize, expected improvement. scikit-optimize minimises: it gets -mean
  and -best.
- "sobol": the sequence of scipy.stats.qmc, unscrambled, 32 bits.
- "importances": Optuna's PedAnovaImportanceEvaluator, normalised to sum 1 and as it is.
"""
import json
import sys
import warnings

import numpy as np
import optuna
import scipy
import sklearn
import skopt
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from scipy.stats import qmc
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from skopt.acquisition import gaussian_ei

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(65)


class Fixed:
    """What gaussian_ei asks of a model: here mean and deviation known already, for minimisation."""

    def __init__(self, mean, deviation):
        self.mean, self.deviation = mean, deviation

    def predict(self, x, return_std=False):
        return -self.mean, self.deviation


def process(count, lengths, variance, noise):
    dimensions = len(lengths)
    points = rng.uniform(size=(count, dimensions))
    values = np.sin(3 * points.sum(axis=1)) + 0.1 * rng.standard_normal(count)
    values = (values - values.mean()) / values.std()
    kernel = ConstantKernel(variance) * Matern(length_scale=lengths, nu=2.5)
    model = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(points, values)
    noisy = kernel + WhiteKernel(noise)
    likelihood = GaussianProcessRegressor(noisy, alpha=0.0, optimizer=None).fit(points, values)
    value, gradient = likelihood.log_marginal_likelihood(noisy.theta, eval_gradient=True)
    # scikit-learn's order: ln variance, ln lengths, ln noise.
    gradient = [*gradient[1:-1], gradient[0], gradient[-1]]
    at = rng.uniform(-0.1, 1.1, size=(12, dimensions))
    mean, deviation = model.predict(at, return_std=True)
    best = float(values.max())
    improvement = gaussian_ei(at, Fixed(mean, deviation), y_opt=-best, xi=0.0)
    return {
        "lengths": list(lengths),
        "variance": variance,
        "noise": noise,
        "points": points.tolist(),
        "values": values.tolist(),
        "log_likelihood": float(value),
        "log_likelihood_gradient": [float(g) for g in gradient],
        "at": at.tolist(),
        "mean": mean.tolist(),
        "deviation": deviation.tolist(),
        "best": best,
        "expected_improvement": improvement.tolist(),
    }


def importance(count, distributions, score):
    study = optuna.create_study(direction="maximize")
    trials = []
    for _ in range(count):
        params = {}
        for name, d in distributions.items():
            if isinstance(d, CategoricalDistribution):
                params[name] = d.choices[rng.integers(len(d.choices))]
            elif isinstance(d, IntDistribution):
                low, high = np.log([d.low, d.high]) if d.log else (d.low, d.high)
                x = rng.uniform(low, high)
                params[name] = int(np.clip(round(np.exp(x) if d.log else x), d.low, d.high))
            else:
                low, high = np.log([d.low, d.high]) if d.log else (d.low, d.high)
                x = rng.uniform(low, high)
                params[name] = float(np.clip(np.exp(x) if d.log else x, d.low, d.high))
        value = float(score(params) + 0.05 * rng.standard_normal())
        trials.append({"params": params, "value": value})
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=distributions, value=value)
        )
    evaluator = PedAnovaImportanceEvaluator()

    def text(d):
        if isinstance(d, CategoricalDistribution):
            return "choice:" + ",".join(d.choices)
        if isinstance(d, IntDistribution):
            return f"{'logint' if d.log else 'int'}:{d.low}:{d.high}"
        return f"{'log' if d.log else 'uniform'}:{d.low}:{d.high}"

    return {
        "space": {name: text(d) for name, d in distributions.items()},
        "trials": trials,
        "normalised": get_param_importances(study, evaluator=evaluator),
        "raw": evaluator.evaluate(study),
    }


def accuracy(p):
    """Made up, with the shape of section 6.5: the learning rate decides."""
    rate = np.log10(p["lr"])
    return np.exp(-((rate + 2.5) ** 2) / 2) - 0.02 * abs(p.get("depth", 3) - 3)


notebook = {
    "lr": FloatDistribution(1e-6, 1e-2, log=True),
    "weight_decay": FloatDistribution(1e-8, 1e-4, log=True),
}
mixed = {
    "lr": FloatDistribution(1e-5, 1.0, log=True),
    "batch_size": IntDistribution(16, 256, log=True),
    "depth": IntDistribution(1, 8),
    "activation": CategoricalDistribution(["relu", "tanh", "gelu"]),
    "dropout": FloatDistribution(0.0, 0.5),
}

points = qmc.Sobol(21, scramble=False, bits=32).random(64)
goldens = {
    "versions": {
        "python": sys.version.split()[0],
        **{m.__name__: m.__version__ for m in (np, scipy, sklearn, skopt, optuna)},
    },
    "processes": [
        process(8, [0.3], 1.0, 1e-6),
        process(15, [0.5, 1.7], 1.3, 1e-2),
        process(40, [0.4, 0.9, 2.0, 5.0, 0.7, 30.0], 0.6, 0.2),
    ],
    "sobol": points.tolist(),
    "importances": [
        importance(100, notebook, accuracy),
        importance(37, notebook, accuracy),
        importance(120, mixed, accuracy),
        importance(9, mixed, accuracy),
    ],
}
# A line each, so that a change of one is seen.
lines = (f"{json.dumps(name)}:{json.dumps(values, separators=(',', ':'))}" for name, values in goldens.items())
print("{" + ",\n".join(lines) + "}")
