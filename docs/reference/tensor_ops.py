"""Golden values of crates/tensor-ops, from NumPy (pip install numpy).

Prints what the tests in src/im2col.rs compare with.
"""
import numpy as np


def im2col(images, fh, fw, stride, pad):
    """The notebook's function: rows ordered (image, out_y, out_x)."""
    n, c, h, w = images.shape
    oh, ow = (h + 2 * pad - fh) // stride + 1, (w + 2 * pad - fw) // stride + 1
    img = np.pad(images, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    col = np.zeros((n, c, fh, fw, oh, ow))
    for y in range(fh):
        for x in range(fw):
            col[:, :, y, x] = img[:, :, y:y + stride * oh:stride, x:x + stride * ow:stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)


images = np.arange(1, 2 * 2 * 3 * 3 + 1, dtype=float).reshape(2, 2, 3, 3)
print("im2col of 1..36 as (2, 2, 3, 3), window 2x2, stride 1, pad 0; rows (image, y, x):")
print(im2col(images, 2, 2, 1, 0).astype(int).tolist())
print("the same, window 3x3, stride 2, pad 1, first row and last:")
col = im2col(images, 3, 3, 2, 1).astype(int)
print(col.shape, col[0].tolist(), col[-1].tolist())
