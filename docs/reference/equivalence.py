"""Golden values of experiments/src/findings/equivalence, from SciPy and statsmodels.

    pip install numpy==2.4.1 scipy==1.17.1 statsmodels==0.15.0

The interquartile mean is rliable's `aggregate_iqm`, `scipy.stats.trim_mean(scores, 0.25)`. Its
stratified bootstrap resamples the runs of each task; a quantity is one task. rliable 1.2.0
(`get_interval_estimates`, 50,000 resamples) gives the intervals that are printed here.
"""
import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

a = np.array([0.71, 0.74, 0.69, 0.75, 0.73, 0.70, 0.77, 0.72])
b = np.array([0.73, 0.70, 0.76, 0.74, 0.71, 0.72, 0.75, 0.69, 0.74, 0.73])

for margin in (0.01, 0.02, 0.05):
    above = stats.ttest_ind(a + margin, b, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(a - margin, b, equal_var=False, alternative="less").pvalue
    print(f"two one-sided tests, margin {margin}: {max(above, below):.17g}")


def difference(x, y, axis):
    return x.mean(axis=axis) - y.mean(axis=axis)


interval = stats.bootstrap((a, b), difference, method="percentile", n_resamples=1_000_000,
                           random_state=np.random.default_rng(0)).confidence_interval
print(f"percentile bootstrap: {interval.low:.6f} {interval.high:.6f}")

squares = (len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)
pooled = np.sqrt(squares / (len(a) + len(b) - 2))
print(f"Cohen's d: {(a.mean() - b.mean()) / pooled:.17g}")
# rliable's probability of improvement is the Mann-Whitney statistic over the number of pairs.
print(f"probability of improvement: {stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)):.17g}")
print("Holm:", multipletests([0.01, 0.04, 0.03, 0.005, 0.6], method="holm")[1])


def iqm(x, axis):
    return stats.trim_mean(x, 0.25, axis=axis)


for name, values in (("a", a), ("b", b)):
    interval = stats.bootstrap((values,), iqm, method="percentile", n_resamples=200_000,
                               random_state=np.random.default_rng(0)).confidence_interval
    print(f"interquartile mean of {name}: {iqm(values, 0):.17g} "
          f"{interval.low:.6f} {interval.high:.6f}")
