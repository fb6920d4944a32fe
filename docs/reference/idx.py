"""Golden files of crates/mnist-io/tests/it/types.rs: each element type of IDX, and QMNIST's labels.

    pip install numpy==2.4.6
    python docs/reference/idx.py crates/mnist-io/tests/goldens

NumPy puts the numbers in order and into bytes; the header is two zeros, the element type, the number of dimensions and
a big-endian 32-bit size for each.
"""
import sys
from pathlib import Path

import numpy as np

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def write(name, kind, values):
    array = np.array(values, dtype=f">{kind}")
    header = bytes([0, 0, CODES[kind], array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    (Path(sys.argv[1]) / f"{name}.idx").write_bytes(header + array.tobytes())


Path(sys.argv[1]).mkdir(exist_ok=True)
write("u8", "u1", [0, 1, 128, 255])
write("i8", "i1", [[0, 1], [-1, 127], [-128, 64]])
write("i16", "i2", [[[0], [300]], [[-32768], [32767]]])
write("i32", "i4", [0, -2, 2147483647, -2147483648])
write("f32", "f4", [[0.0, 0.1, -1.5], [3.4e38, 1e-45, np.inf]])
write("f64", "f8", [[[[0.1, -2.5]]], [[[1.7e308, 5e-324]]]])
# Class, NIST series, writer, index of this writer, NIST class (30 to 39), index in NIST, and two that are zero.
write("qmnist_labels", "i4", [[5, 0, 2433, 12, 35, 3021, 0, 0], [9, 4, 326, 7, 39, 14, 0, 0]])
