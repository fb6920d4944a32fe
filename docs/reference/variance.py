"""Golden values of experiments/src/findings/variance.rs, from SciPy (pip install scipy==1.17.1).

The 95 % interval of a variance by the chi-square law, and of a variance less others by the method of variance
estimates recovery (Zou and Donner 2008, equation 6).
"""
import numpy as np
from scipy import stats


def variance(n, std):
    value = std**2
    return np.array([value, *(value * (n - 1) / stats.chi2.ppf([0.975, 0.025], n - 1))])


def less(whole, parts):
    value = whole[0] - sum(part[0] for part in parts)
    down = (whole[0] - whole[1]) ** 2 + sum((part[2] - part[0]) ** 2 for part in parts)
    up = (whole[2] - whole[0]) ** 2 + sum((part[0] - part[1]) ** 2 for part in parts)
    return np.array([value, value - np.sqrt(down), value + np.sqrt(up)])


def shown(numbers):
    return "[" + ", ".join(f"{x:.12g}" for x in numbers) + "]"


print("2 runs", shown(variance(2, 0.5)))
print("10 runs", shown(variance(10, 0.01)))
print("100 runs", shown(variance(100, 3.0)))
print("less", shown(less(variance(10, 1.0), [variance(10, 0.6), variance(10, 0.5)])))
