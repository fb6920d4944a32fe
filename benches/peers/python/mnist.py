"""MNIST from $MNIST_DIR: images as floats in [0, 1], labels as integers."""

import gzip
import os
from pathlib import Path


def read(name):
    folder = os.environ.get("MNIST_DIR")
    if not folder:
        raise SystemExit("set MNIST_DIR to the folder of the four MNIST files")
    packed = Path(folder) / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else packed.with_suffix("").read_bytes()


def load(split):
    """The bytes of the images, of the labels, and how many there are."""
    images, labels = read(f"{split}-images-idx3-ubyte"), read(f"{split}-labels-idx1-ubyte")
    count = int.from_bytes(images[4:8], "big")
    assert len(images) == 16 + count * 784 and len(labels) == 8 + count, f"{split}: wrong size"
    return images[16:], labels[8:], count
