"""Reads a folder of IDX files with NumPy alone and says what is in it.

    cargo run --release -p mnist-io --example make_digits -- DIR
    python crates/mnist-io/tests/interop/read_idx.py DIR

Needs numpy. Fails if a file is not exactly what its header says.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np


def read_idx(path):
    payload = path.read_bytes()
    zero, kind, rank = int.from_bytes(payload[:2], "big"), payload[2], payload[3]
    assert (zero, kind) == (0, 8), f"{path}: not an IDX file of unsigned bytes"
    shape = np.frombuffer(payload, ">u4", rank, 4).astype(int)
    data = np.frombuffer(payload, np.uint8, offset=4 + 4 * rank)
    return data.reshape(shape), hashlib.sha256(payload).hexdigest()


folder = Path(sys.argv[1])
for split in ("train", "t10k"):
    images, images_digest = read_idx(folder / f"{split}-images-idx3-ubyte")
    labels, labels_digest = read_idx(folder / f"{split}-labels-idx1-ubyte")
    assert len(images) == len(labels) and labels.max() <= 9
    print(f"{split}: images {images.shape}, mean {images.mean() / 255:.4f}, {images_digest}")
    print(f"{split}: labels {np.bincount(labels, minlength=10)}, {labels_digest}")
