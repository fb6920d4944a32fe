"""Layers: a column of four values, five numbers, or a small image through each of them."""
import math

import flax.linen
import jax
import keras
import numpy as np
import scipy.signal
import scipy.special
import torch
from flax import nnx

from cells import Formula, cell, default, numbers
from peers import *

COLUMN = np.array([[1.0], [2.0], [3.0], [4.0]])
X = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])


def layer(name, library, call, run, guess, formula=None, **more):
    cell("layer", name, library, call, run, guess, formula, **more)


# Batch normalisation: the outputs in training, the running mean and variance, then the outputs in
# evaluation.
def norm(words, eps, weight, unbiased, start):
    def values():
        mean, variance = 2.5, 1.25
        running = weight * mean, (1 - weight) * start + weight * variance * (4 / 3 if unbiased else 1)
        y = lambda mean, variance: (COLUMN.ravel() - mean) / np.sqrt(variance + eps)
        return [*y(mean, variance), *running, *y(*running)]

    return Formula(f"{words} from {start}, `{weight:g}` of it new; `ε` `{eps:g}`", values)


BIASED, UNBIASED = "biased running variance", "unbiased running variance"
of_torch = norm(UNBIASED, 1e-5, 0.1, True, 1)


def torch_norm(x=COLUMN):
    made = torch.nn.BatchNorm1d(1, dtype=torch.tensor(x).dtype)
    trained = made(torch.tensor(x))
    running = made.running_mean, made.running_var
    running = [float(value) for value in running]
    return [*trained.detach().numpy().ravel(), *running, *made.eval()(torch.tensor(x)).detach().numpy().ravel()]


def flax_norm(x=COLUMN):
    kind = jax.numpy.array(x).dtype
    made = nnx.BatchNorm(1, use_running_average=False, rngs=nnx.Rngs(0), dtype=kind, param_dtype=kind)
    trained = np.array(made(jax.numpy.array(x))).ravel()
    running = [float(made.mean[...][0]), float(made.var[...][0])]
    return [*trained, *running, *np.array(made(jax.numpy.array(x), use_running_average=True)).ravel()]


def exact_flax():
    kind = jax.numpy.float32
    made = nnx.BatchNorm(1, use_running_average=False, use_fast_variance=False, rngs=nnx.Rngs(0), dtype=kind, param_dtype=kind)
    return np.array(made(jax.numpy.array(FAR))).ravel()


def keras_norm(x=COLUMN):
    made = keras.layers.BatchNormalization(dtype=str(x.dtype))
    trained = np.array(made(x, training=True)).ravel()
    running = [float(np.array(value)[0]) for value in (made.moving_mean, made.moving_variance)]
    return [*trained, *running, *np.array(made(x, training=False)).ravel()]


def book_norm(language):
    made = book(BOOKS[language], "layers.py").BatchNormalization(1.0, 0.0)
    trained = made.forward(COLUMN).ravel()
    running = [made.running_mean[0], made.running_var[0]]
    return [*trained, *running, *made.forward(COLUMN, train_flg=False).ravel()]


name = "Batch normalisation"
layer(name, TORCH, "BatchNorm1d(1)", torch_norm, of_torch, defaults=default(torch.nn.BatchNorm1d, "eps", "momentum"))
layer(name, FLAX, "nnx.BatchNorm(1)", flax_norm, norm(BIASED, 1e-5, 0.01, False, 1),
      defaults=default(nnx.BatchNorm.__init__, "epsilon", "momentum"), close=1e-6)
layer(name, KERAS, "BatchNormalization()", keras_norm, norm(BIASED, 1e-3, 0.01, False, 1),
      defaults=default(keras.layers.BatchNormalization, "epsilon", "momentum"), close=1e-6)
of_rust("layer", BURN, name, "BatchNormConfig::new(1)", of_torch, norm(BIASED, 1e-5, 0.1, False, 1))
of_rust("layer", CANDLE, name, "batch_norm", of_torch)
for language in BOOKS:
    layer(name, language, "BatchNormalization(1, 0)", lambda: book_norm(language), norm(BIASED, 1e-6, 0.1, False, 0),
          defaults=default(book(BOOKS[language], "layers.py").BatchNormalization, "momentum"), ours="batch_norm")

# The same column 10,000 higher, in f32: what is lost to rounding.
FAR = (COLUMN + 1e4).astype(np.float32)


def far(eps, words="as without the 10,000"):
    return Formula(words, lambda: (COLUMN.ravel() - 2.5) / np.sqrt(1.25 + eps))


CANCELLED = Formula("the variance, mean of x² less squared mean, is rounded to 0", lambda: (COLUMN.ravel() - 2.5) / np.sqrt(1e-5))
SCALE = np.float32(1 / np.sqrt(1.25 + 1e-3))
ROUNDED = Formula("`x·s − μ·s`, both rounded: the third digit is lost", lambda: FAR.ravel() * SCALE - FAR.mean() * SCALE)
name, same = "Batch normalisation around 10,000, f32", {"close": 1e-3}
layer(name, TORCH, "BatchNorm1d(1)", lambda: torch_norm(FAR)[:4], far(1e-5), ours="batch_norm eps=1e-5", **same)
layer(name, FLAX, "nnx.BatchNorm(1)", lambda: flax_norm(FAR)[:4], far(1e-5), CANCELLED, **same)
layer(name, FLAX, "nnx.BatchNorm(1, use_fast_variance=False)", exact_flax, far(1e-5),
      ours="batch_norm eps=1e-5", **same)
layer(name, KERAS, "BatchNormalization()", lambda: keras_norm(FAR)[:4], far(1e-3), ROUNDED, **same)
of_rust("layer", BURN, name, "BatchNormConfig::new(1)", far(1e-5), key="BatchNormConfig::new(1), f32",
        ours="batch_norm eps=1e-5", **same)
of_rust("layer", CANDLE, name, "batch_norm", far(1e-5), key="batch_norm, f32", ours="batch_norm eps=1e-5", **same)


# Dropout with a ratio of 0.4: what a kept unit becomes in training, and every unit in evaluation.
# 1/0.6 to four digits: ours rounds the ratio to 16 bits.
INVERTED = numbers("kept / (1 − ratio), then 1", 1 / 0.6, 1)
BOOK = numbers("kept, then × (1 − ratio)", 1, 0.6)
ONES = np.ones(1000)


def trained_and_not(run):
    return [float(np.max(np.array(run(training)))) for training in (True, False)]


def flax_dropout(training):
    made = nnx.Dropout(0.4, deterministic=not training, rngs=nnx.Rngs(0))
    return made(jax.numpy.array(ONES))


def torch_dropout(training):
    return torch.nn.Dropout(0.4).train(training)(torch.tensor(ONES)).numpy()


name = "Dropout"
layer(name, TORCH, "nn.Dropout(0.4)", lambda: trained_and_not(torch_dropout), INVERTED,
      defaults=default(torch.nn.Dropout, "p"), ours="dropout at_training", close=1e-4)
layer(name, FLAX, "nnx.Dropout(0.4)", lambda: trained_and_not(flax_dropout), INVERTED, ours="dropout at_training", close=1e-4)
layer(name, KERAS, "Dropout(0.4)",
      lambda: trained_and_not(lambda training: keras.layers.Dropout(0.4, seed=1)(ONES, training=training)), INVERTED,
      ours="dropout at_training", close=1e-4)
of_rust("layer", BURN, name, "DropoutConfig::new(0.4)", INVERTED, ours="dropout at_training", close=1e-4)
of_rust("layer", CANDLE, name, "Dropout::new(0.4)", INVERTED, ours="dropout at_training", close=1e-4)
for language in BOOKS:
    made = book(BOOKS[language], "layers.py").Dropout
    layer(name, language, "Dropout(0.4)", lambda: trained_and_not(lambda training: made(0.4).forward(ONES, training)),
          BOOK, defaults=default(made, "dropout_ratio"), ours="dropout at_evaluation")

# Activations of -3, -1, 0, 1 and 3.
Φ = lambda x: (1 + math.erf(x / math.sqrt(2))) / 2
elementwise = lambda words, f: Formula(f"`{words}`", lambda: [f(x) for x in X])
EXACT = elementwise("x·Φ(x)", lambda x: x * Φ(x))
TANH = elementwise("x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2",
                   lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2)
SILU = elementwise("x·sigmoid(x)", lambda x: x / (1 + math.exp(-x)))
ELU = elementwise("x, or eˣ − 1", lambda x: x if x > 0 else math.expm1(x))
leaky = lambda slope: elementwise(f"x, or {slope}·x", lambda x: x if x > 0 else slope * x)

name = "GELU"
layer(name, TORCH, "nn.GELU()", lambda: torch.nn.GELU()(torch.tensor(X)), EXACT, ours="gelu")
layer(name, JAX, "nn.gelu", lambda: jax.nn.gelu(X), TANH)
layer(name, FLAX, "nnx.gelu", lambda: nnx.gelu(X), TANH)
layer(name, KERAS, "activations.gelu", lambda: keras.activations.gelu(X), EXACT, ours="gelu")
of_rust("layer", BURN, name, "activation::gelu", EXACT, ours="gelu")
of_rust("layer", CANDLE, name, "Tensor::gelu", EXACT, TANH)
of_rust("layer", CANDLE, name, "Tensor::gelu_erf", EXACT, ours="gelu")

name = "Leaky ReLU"
layer(name, TORCH, "nn.LeakyReLU()", lambda: torch.nn.LeakyReLU()(torch.tensor(X)), leaky(0.01), ours="leaky-relu")
layer(name, JAX, "nn.leaky_relu", lambda: jax.nn.leaky_relu(X), leaky(0.01), ours="leaky-relu")
layer(name, KERAS, "layers.LeakyReLU()", lambda: keras.layers.LeakyReLU(dtype="float64")(X), leaky(0.3),
      ours="leaky-relu slope=0.3")
layer(name, KERAS, "activations.leaky_relu", lambda: keras.activations.leaky_relu(X), leaky(0.3), leaky(0.2),
      ours="leaky-relu slope=0.2")
of_rust("layer", BURN, name, "LeakyReluConfig::new()", leaky(0.01), ours="leaky-relu")
layer(name, LASAGNE, "nonlinearities.leaky_rectify", lambda: lasagne("nonlinearities").leaky_rectify(X), leaky(0.01),
      ours="leaky-relu")

name = "ELU"
layer(name, TORCH, "nn.ELU()", lambda: torch.nn.ELU()(torch.tensor(X)), ELU, ours="elu")
layer(name, JAX, "nn.elu", lambda: jax.nn.elu(X), ELU, ours="elu")
layer(name, KERAS, "activations.elu", lambda: keras.activations.elu(X), ELU, ours="elu")
of_rust("layer", BURN, name, "activation::elu(1.0)", ELU, ours="elu")
of_rust("layer", CANDLE, name, "Tensor::elu(1.0)", ELU, ours="elu")

for name, function in (("Sigmoid", scipy.special.expit), ("Tanh", np.tanh)):
    same, word = Formula("the function of that name", lambda f=function: f(X)), name.lower()
    layer(name, TORCH, f"nn.{name}()", lambda w=word: getattr(torch, w)(torch.tensor(X)), same, ours=word)
    layer(name, JAX, f"nn.{word}", lambda w=word: getattr(jax.nn, w)(X), same, ours=word)
    # On JAX, Keras' tanh is in f32 whatever its argument.
    layer(name, KERAS, f"activations.{word}", lambda w=word: getattr(keras.activations, w)(X), same, ours=word,
          close=1e-12 if word == "sigmoid" else 1e-5)

name = "SiLU"
layer(name, TORCH, "nn.SiLU()", lambda: torch.nn.SiLU()(torch.tensor(X)), SILU, ours="silu")
layer(name, JAX, "nn.silu", lambda: jax.nn.silu(X), SILU, ours="silu")
layer(name, KERAS, "activations.silu", lambda: keras.activations.silu(X), SILU, ours="silu")
of_rust("layer", BURN, name, "activation::silu", SILU, ours="silu")
of_rust("layer", CANDLE, name, "Tensor::silu", SILU, ours="silu")

# The slope of ReLU at 0.
name, FLAT, STEEP = "ReLU's slope at 0", numbers("0", 0), numbers("1", 1)


def torch_slope():
    zero = torch.zeros(1, requires_grad=True)
    torch.relu(zero).backward()
    return zero.grad


layer(name, TORCH, "torch.relu", torch_slope, FLAT, ours="relu")
layer(name, JAX, "nn.relu", lambda: jax.grad(jax.nn.relu)(0.0), FLAT, ours="relu")
layer(name, JAX, "numpy.maximum(x, 0)", lambda: jax.grad(lambda x: jax.numpy.maximum(x, 0.0))(0.0),
      numbers("½", 0.5))
of_rust("layer", BURN, name, "activation::relu", FLAT, key="relu'", ours="relu")
of_rust("layer", CANDLE, name, "Tensor::relu", FLAT, STEEP, key="relu'")


def book_slope(language):
    made = book(BOOKS[language], "layers.py").Relu()
    made.forward(np.zeros(1))
    return made.backward(np.ones(1))


for language in BOOKS:
    layer(name, language, "Relu", lambda: book_slope(language), FLAT, ours="relu")
layer(name, JAPANESE, "relu_grad", lambda: book(BOOKS[JAPANESE], "functions.py").relu_grad(np.zeros(1)), STEEP)

# Max pooling of windows of 2 over an image of 4 × 4 that counts from 1, nothing else said.
image = lambda side: np.arange(1.0, side * side + 1)
name = "Max pooling, windows of 2"
APART = numbers("stride 2: four windows", 6, 8, 14, 16)
OVERLAPPING = numbers("stride 1: nine windows", 6, 7, 8, 10, 11, 12, 14, 15, 16)
layer(name, TORCH, "nn.MaxPool2d(2)", lambda: torch.nn.MaxPool2d(2)(torch.tensor(image(4)).reshape(1, 1, 4, 4)),
      APART, ours="max_pooling stride=2")
layer(name, FLAX, "linen.max_pool(x, (2, 2))",
      lambda: flax.linen.max_pool(image(4).reshape(1, 4, 4, 1), (2, 2)), APART, OVERLAPPING,
      ours="max_pooling stride=1")
layer(name, KERAS, "MaxPooling2D(2)",
      lambda: keras.layers.MaxPooling2D(2, dtype="float64")(image(4).reshape(1, 4, 4, 1)), APART,
      ours="max_pooling stride=2")
of_rust("layer", BURN, name, "MaxPool2dConfig::new([2, 2])", APART, ours="max_pooling stride=2")
of_rust("layer", CANDLE, name, "Tensor::max_pool2d(2)", APART, ours="max_pooling stride=2")
for language in BOOKS:
    made = book(BOOKS[language], "layers.py").Pooling
    layer(name, language, "Pooling(2, 2)", lambda: made(2, 2).forward(image(4).reshape(1, 1, 4, 4)), APART,
          defaults=default(made, "stride", "pad"))

# A convolution of an image of 3 × 3 with (1, 2; 3, 4), nothing else said.
name, FILTER = "Convolution, filter of 2", np.array([[1.0, 2.0], [3.0, 4.0]])
VALID = numbers("no padding, filter not flipped", 37, 47, 67, 77)
SAME = numbers("padded by 0 below and to the right", 37, 47, 21, 67, 77, 33, 23, 26, 9)


def torch_convolution():
    made = torch.nn.Conv2d(1, 1, 2, bias=False)
    made.weight.data = torch.tensor(FILTER).reshape(1, 1, 2, 2)
    return made(torch.tensor(image(3)).reshape(1, 1, 3, 3)).detach()


def flax_convolution():
    made = nnx.Conv(1, 1, (2, 2), use_bias=False, rngs=nnx.Rngs(0))
    made.kernel[...] = jax.numpy.array(FILTER).reshape(2, 2, 1, 1)
    return made(image(3).reshape(1, 3, 3, 1))


def keras_convolution():
    made = keras.layers.Conv2D(1, 2, use_bias=False, dtype="float64")
    made.build((1, 3, 3, 1))
    made.set_weights([FILTER.reshape(2, 2, 1, 1)])
    return made(image(3).reshape(1, 3, 3, 1))


layer(name, TORCH, "nn.Conv2d(1, 1, 2)", torch_convolution, VALID, ours="convolution")
layer(name, FLAX, "nnx.Conv(1, 1, (2, 2))", flax_convolution, VALID, SAME)
layer(name, KERAS, "Conv2D(1, 2)", keras_convolution, VALID, ours="convolution")
of_rust("layer", BURN, name, "Conv2dConfig::new([1, 1], [2, 2])", VALID, ours="convolution")
of_rust("layer", CANDLE, name, "Tensor::conv2d", VALID, ours="convolution")
for language in BOOKS:
    made = book(BOOKS[language], "layers.py").Convolution
    layer(name, language, "Convolution(W, b)",
          lambda: made(FILTER.reshape(1, 1, 2, 2), np.zeros(1)).forward(image(3).reshape(1, 1, 3, 3)), VALID,
          ours="convolution")
layer(name, SCIPY, "signal.convolve2d", lambda: scipy.signal.convolve2d(image(3).reshape(3, 3), FILTER, "valid"),
      numbers("filter flipped", 23, 33, 53, 63))
