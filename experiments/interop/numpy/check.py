"""NPZ files in NumPy, beside metrics.csv, the saved networks and the lines of the book; see run.sh.

    python3 check.py docs/running.md          # where results/ holds a folder for each section
"""
import pathlib
import re
import sys

import numpy as np
import pandas
from safetensors.numpy import load_file


def same(npz, csv):
    """Whether every column of an NPZ file is that of metrics.csv."""
    table = pandas.DataFrame(dict(np.load(npz)))
    assert list(table.columns) == list(csv.columns), (list(table.columns), list(csv.columns))
    for column in table.columns.drop("value"):
        assert (table[column] == csv[column]).all(), column
    assert np.array_equal(table.value, csv.value, equal_nan=True)


def check_metrics(results):
    csv = pandas.read_csv(results / "metrics.csv", dtype={"series": str})
    same(results / "metrics.npz", csv)
    return len(csv)


def plain(name):
    return re.sub(r"[^A-Za-z0-9._=+/-]", "-", name)


def check_histograms(results):
    """The last histogram of every parameter is that of the network that was saved."""
    npz = dict(np.load(results / "histograms.npz"))
    assert npz["counts"].shape == (len(npz["step"]), 30) and npz["edges"].shape == (len(npz["step"]), 31)
    last = {}
    for row, key in enumerate(zip(*(npz[name] for name in ["part", "series", "seed", "name"]))):
        last[key] = row
    compared = 0
    for (part, series, seed, name), row in last.items():
        group, _, tensor = name.partition("/")
        if group != "parameters":
            continue
        values = load_file(results / "models" / plain(part) / plain(series) / f"seed-{seed}.safetensors")[tensor]
        values = values.astype(np.float64).ravel()
        values = values[np.isfinite(values)]
        if values.size == 0:
            continue  # diverged since: the histogram is of an earlier step
        counts, edges = npz["counts"][row], npz["edges"][row]
        if values.min() == values.max():
            assert counts[-1] == values.size and (edges == values[0]).all(), (part, series, seed, name)
        else:
            expected, expected_edges = np.histogram(values, 30)
            assert np.array_equal(edges, expected_edges), (part, series, seed, name)
            assert np.array_equal(counts, expected), (part, series, seed, name)
        compared += 1
    return len(npz["step"]), compared


for results in sorted(pathlib.Path("results").iterdir()):
    numbers = check_metrics(results)
    histograms, compared = check_histograms(results)
    print(f"{results.name}: {numbers} numbers as in metrics.csv; {histograms} histograms, the last {compared} of "
          "parameters as np.histogram has them")
    assert compared > 0

# The lines of the book, as they stand there.
names = {}
blocks = re.findall(r"```python\n(.*?)```", pathlib.Path(sys.argv[1]).read_text(), re.S)
for block in blocks:
    exec(block, names)
same("results/sec6_1_optimizers/metrics.npz", names["table"])
print(f"{len(blocks)} pieces of Python of the book run")
