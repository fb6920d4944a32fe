"""Golden values of experiments/src/findings/time_to_target.rs, from SciPy (pip install scipy==1.17.1).

The interval of a median from order statistics, as scipy.stats.quantile_test computes it.
"""
import numpy as np
from scipy import stats

for n in [1, 5, 6, 9, 10, 25]:
    x = np.arange(1.0, n + 1) ** 2
    interval = stats.quantile_test(x, q=0, p=0.5).confidence_interval(confidence_level=0.95)
    print(n, np.median(x), interval.low, interval.high)
