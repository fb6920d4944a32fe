"""Losses: scores of two rows and three classes, and outputs of two rows beside zeros."""
import keras
import numpy as np
import optax
import sklearn.metrics
import torch
from sklearn.neural_network._base import squared_loss

from cells import Formula, cell, numbers
from peers import *

SCORES, LABELS = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 100.0]]), np.array([2, 0])
P = np.exp(SCORES - SCORES.max(1, keepdims=True))
P = P / P.sum(1, keepdims=True)
OUTPUTS, ZEROS = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 0.0]]), np.zeros((2, 3))


def loss(name, library, call, run, guess, formula=None, **more):
    cell("loss", name, library, call, run, guess, formula, **more)


FIRST = -np.log(P[0, 2])
EXACT = numbers("mean of −ln p", (FIRST + 100) / 2)
EACH = numbers("−ln p of each row, no mean", FIRST, 100)
BOOK = numbers("mean of −ln(p + 10⁻⁷)", (-np.log(P[0, 2] + 1e-7) - np.log(1e-7)) / 2)
CUT = numbers("mean of −ln p, p at least 10⁻⁷", (FIRST - np.log(1e-7)) / 2)
TINY = numbers("mean of −ln p, p at least 2⁻⁵²", (FIRST + 52 * np.log(2)) / 2)

name = "Cross entropy"
loss(name, TORCH, "nn.CrossEntropyLoss()",
     lambda: torch.nn.CrossEntropyLoss()(torch.tensor(SCORES), torch.tensor(LABELS)), EXACT, ours="exact_cross_entropy")
loss(name, OPTAX, "softmax_cross_entropy_with_integer_labels",
     lambda: optax.softmax_cross_entropy_with_integer_labels(SCORES, LABELS), EACH)
loss(name, KERAS, "SparseCategoricalCrossentropy(from_logits=True)",
     lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS, SCORES), EXACT,
     ours="exact_cross_entropy", close=1e-6)
loss(name, KERAS, "SparseCategoricalCrossentropy(), of probabilities",
     lambda: keras.losses.SparseCategoricalCrossentropy()(LABELS, P), CUT, close=1e-6)
of_rust("loss", BURN, name, "CrossEntropyLossConfig::new()", EXACT, ours="exact_cross_entropy")
of_rust("loss", CANDLE, name, "loss::cross_entropy", EXACT, ours="exact_cross_entropy")
loss(name, SKLEARN, "metrics.log_loss, of probabilities",
     lambda: sklearn.metrics.log_loss(LABELS, P, labels=[0, 1, 2]), TINY)
for language in BOOKS:
    made = book(BOOKS[language], "functions.py")
    loss(name, language, "softmax_loss", lambda: made.softmax_loss(SCORES, LABELS), BOOK, ours="cross_entropy")

name = "Squared error"
MEAN = numbers("mean over rows and outputs", 55 / 6)
HALF = numbers("½, summed over outputs, mean over rows", 55 / 4)
HALF_SUM = numbers("½, summed over rows and outputs", 55 / 2)
HALF_MEAN = numbers("½, mean over rows and outputs", 55 / 12)
SQUARES = Formula("each square, no mean", lambda: OUTPUTS**2)
HALVES = Formula("½ of each square, no mean", lambda: OUTPUTS**2 / 2)
ROWS = numbers("mean over outputs, of each row", 7, 34 / 3)
loss(name, TORCH, "nn.MSELoss()", lambda: torch.nn.MSELoss()(torch.tensor(OUTPUTS), torch.tensor(ZEROS)), MEAN)
loss(name, OPTAX, "squared_error", lambda: optax.squared_error(OUTPUTS, ZEROS), SQUARES)
loss(name, OPTAX, "l2_loss", lambda: optax.l2_loss(OUTPUTS, ZEROS), HALVES)
loss(name, KERAS, "losses.MeanSquaredError()", lambda: keras.losses.MeanSquaredError()(ZEROS, OUTPUTS), MEAN, close=1e-6)
loss(name, KERAS, "losses.mean_squared_error", lambda: keras.losses.mean_squared_error(ZEROS, OUTPUTS), MEAN, ROWS, close=1e-6)
of_rust("loss", BURN, name, "MseLoss, Reduction::Auto", MEAN)
of_rust("loss", CANDLE, name, "loss::mse", MEAN)
loss(name, SKLEARN, "metrics.mean_squared_error", lambda: sklearn.metrics.mean_squared_error(ZEROS, OUTPUTS), MEAN)
loss(name, SKLEARN, "the loss of MLPRegressor", lambda: squared_loss(ZEROS, OUTPUTS), HALF_MEAN)
loss(name, KOREAN, "mean_squared_error",
     lambda: book(BOOKS[KOREAN], "functions.py").mean_squared_error(OUTPUTS, ZEROS), HALF_SUM)
loss(name, JAPANESE, "sum_squared_error",
     lambda: book(BOOKS[JAPANESE], "functions.py").sum_squared_error(OUTPUTS, ZEROS), HALF_SUM)

# Long sums and the largest numbers, in f32.
COLUMN = np.full(10_000_000, 0.1, np.float32)
ENDS = np.array([[1, -1], [-1, -1]], np.float32) * np.finfo(np.float32).max


def numeric(name, library, call, run, guess, formula=None, **more):
    cell("numeric", name, library, call, run, guess, formula, **more)


name, RIGHT = "Mean of ten million times 0.1, f32", numbers("`0.1`, rounded once", np.float32(0.1))
numeric(name, "NumPy", "x.mean()", COLUMN.mean, RIGHT, ours="mean", close=1e-6)
numeric(name, "NumPy", "column_stack([x, x]).mean(0)[0]", lambda: np.column_stack([COLUMN, COLUMN]).mean(0)[0], RIGHT,
        numbers("added one by one in f32", 0.1087937), close=1e-6)
numeric(name, TORCH, "x.mean()", torch.tensor(COLUMN).mean, RIGHT, ours="mean", close=1e-6)
numeric(name, JAX, "jax.numpy.mean(x)", lambda: jax.numpy.mean(COLUMN), RIGHT, ours="mean", close=1e-6)

name, RIGHT = "Softmax of the largest numbers, f32", numbers("no overflow", 1, 0, 0.5, 0.5)
numeric(name, TORCH, "softmax", lambda: torch.softmax(torch.tensor(ENDS), 1), RIGHT, ours="softmax")
numeric(name, JAX, "nn.softmax", lambda: jax.nn.softmax(ENDS), RIGHT, ours="softmax")
numeric(name, KERAS, "activations.softmax", lambda: keras.activations.softmax(ENDS), RIGHT, ours="softmax")
for language in BOOKS:
    made = book(BOOKS[language], "functions.py")
    numeric(name, language, "softmax", lambda: made.softmax(ENDS), RIGHT, ours="softmax")
