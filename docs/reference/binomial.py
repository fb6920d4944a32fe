"""Golden values of experiments/src/findings/binomial.rs.

    pip install scipy==1.17.1
    python docs/reference/binomial.py > experiments/src/findings/goldens/binomial.json

A line a case: successes, trials, and both ends of the exact 95 % interval of Clopper and Pearson.
"""
from scipy.stats import binomtest

cases = [(k, n) for n in (1, 2, 5, 10) for k in range(n + 1)]
cases += [(k, n) for n in (30, 1000) for k in (0, 1, n // 3, n // 2, n - 1, n)]


def line(successes, trials):
    low, high = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="exact")
    return f"[{successes},{trials},{low},{high}]"


print("[" + ",\n".join(line(*case) for case in cases) + "]")
