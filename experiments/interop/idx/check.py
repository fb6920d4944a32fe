"""Reads a folder of our IDX files with idx2numpy, a reader that others wrote, and writes them back.

Called by run.sh. Fails if a file does not hold what was drawn: its shape, images that go with their
labels, and the same bytes when idx2numpy writes it.
"""

import sys
from pathlib import Path

import idx2numpy
import numpy as np

folder, counts = Path(sys.argv[1]), {"train": int(sys.argv[2]), "t10k": int(sys.argv[3])}
data = {}
for split, count in counts.items():
    for name, shape in ((f"{split}-images-idx3-ubyte", (count, 28, 28)), (f"{split}-labels-idx1-ubyte", (count,))):
        array = idx2numpy.convert_from_file(str(folder / name))
        assert array.dtype == np.uint8 and array.shape == shape, (name, array.dtype, array.shape)
        assert idx2numpy.convert_to_string(array) == (folder / name).read_bytes(), f"{name}: other bytes"
        data[name[:-len("-idx3-ubyte")]] = array

# Images that did not stand beside their own labels, or upright in their rows, would be guessed at 10 %.
images, labels = data["train-images"].astype(float), data["train-labels"]
means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
distances = ((data["t10k-images"][:, None].astype(float) - means) ** 2).sum(axis=(2, 3))
accuracy = (distances.argmin(axis=1) == data["t10k-labels"]).mean()
assert accuracy > 0.6, f"nearest class mean: {accuracy}"
print(f"idx2numpy reads {counts}, writes the same bytes; nearest class mean {accuracy:.2f}")
