"""A cell: what one library means by one name, guessed, run and then written as a formula.

The guess is what a reader of PyTorch's documentation would expect, or of the paper's where PyTorch
has nothing of the name; it was written before the cell was run. The run fails if `formula` does not
give the numbers of the library. A cell surprises if `guess` does not.
"""
import inspect

import numpy as np

CELLS = []


class Formula:
    """A function of nothing that gives the numbers, and what the page says of it."""

    def __init__(self, words, values):
        self.words, self.values = words, values

    def __str__(self):
        return self.words


def numbers(words, *values):
    """A formula that is no more than its numbers."""
    return Formula(words, lambda: np.array(values, float))


def default(function, *names):
    """Defaults as the library itself gives them: `lr 0.01, momentum 0.9`."""
    parameters = [inspect.signature(function).parameters[name] for name in names]
    given = [each for each in parameters if each.default is not each.empty]
    return ", ".join(f"{each.name} {each.default}" for each in given)


def cell(kind, name, library, call, run, guess, formula=None, defaults="", ours=None, close=1e-12):
    """Runs a cell. `ours` says how our crates give the same, in the words of the page's test."""
    formula = formula or guess
    found = np.array(run(), float).ravel()

    def gives(expected):
        expected = np.array(expected.values(), float).ravel()
        return expected.shape == found.shape and np.allclose(
            found, expected, rtol=close, atol=1e-3 * close, equal_nan=True
        )

    if not gives(formula):
        raise SystemExit(f"{name}, {library}: {formula} gives\n{formula.values()}, but {call}\n{found}")
    entry = {
        "kind": kind,
        "name": name,
        "library": library,
        "call": call,
        "defaults": defaults,
        "formula": str(formula),
        "guess": str(guess),
        "surprise": not gives(guess),
        "close": close,
        "ours": ours,
        "values": [float(f"{x:.17g}") if np.isfinite(x) else str(x) for x in found],
    }
    CELLS.append(entry)
