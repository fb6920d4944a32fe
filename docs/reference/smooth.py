"""Golden values of experiments/src/report/smooth.rs, from NumPy (pip install numpy)."""
import numpy as np


def smooth_curve(x):
    """The notebook's function."""
    window_len = 11
    s = np.r_[x[window_len - 1:0:-1], x, x[-1:-window_len:-1]]
    w = np.kaiser(window_len, 2)
    y = np.convolve(w / w.sum(), s, mode="valid")
    return y[5:len(y) - 5]


print("kaiser(11, 2)", [f"{v:.17g}" for v in np.kaiser(11, 2)])
print("smooth_curve(sin(i^2), n=12)")
for v in smooth_curve(np.sin(np.arange(12.0) ** 2)):
    print(f"    {v:.17g},")
