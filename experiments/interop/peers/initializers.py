"""Initial weights of 1000 inputs and 500 units: √n_in times the standard deviation, and the largest
weight in standard deviations, which tells a uniform (1.73) from a cut normal (2.27) and a whole one.
"""
import math

import jax
import keras
import numpy as np
import torch
from flax import nnx
from sklearn.neural_network import MLPClassifier

from cells import Formula, cell
from peers import *

INPUTS, UNITS = 1000, 500
jax_init, keras_init, torch_init = jax.nn.initializers, keras.initializers, torch.nn.init


def told(weights):
    """The law: within 1 % of the deviation; whole normals have no largest weight to compare."""
    w = np.array(weights, float)
    deviation, largest = w.std(), np.abs(w).max() / w.std()
    return [deviation * math.sqrt(INPUTS), min(largest, 3.0)]


def law(kind, factor, words):
    largest = {"uniform": math.sqrt(3), "cut normal": 2 / 0.8796256610342398, "normal": 3.0}[kind]
    return Formula(f"{kind}, `{words}`", lambda: [math.sqrt(factor * INPUTS), largest])


def laws(factor, words):
    return {kind: law(kind, factor, words) for kind in ("normal", "uniform", "cut normal")}


HE, LECUN = laws(2 / INPUTS, "σ² = 2/n_in"), laws(1 / INPUTS, "σ² = 1/n_in")
GLOROT = laws(2 / (INPUTS + UNITS), "σ² = 2/(n_in + n_out)")
SMALL = laws(1 / (3 * INPUTS), "σ² = 1/(3·n_in)")
ZERO = Formula("0", lambda: [0.0, 0.0])


def drawn(name, library, call, draw, guess, formula=None, **more):
    cell("initialiser", name, library, call, lambda: told(draw()), guess, formula, close=0.01, **more)


def of_torch(name, call, guess, formula=None, **more):
    """PyTorch's matrices are (units, inputs)."""
    draw = lambda: eval(f"torch_init.{call}", {"torch_init": torch_init, "w": torch.empty(UNITS, INPUTS)})
    torch.manual_seed(1)
    drawn(name, TORCH, call.replace("(w, ", "(").replace("(w)", ""), draw, guess, formula, **more)


def of_jax(name, call, guess, formula=None, **more):
    draw = lambda: getattr(jax_init, call)()(jax.random.key(1), (INPUTS, UNITS))
    drawn(name, JAX, call, draw, guess, formula, **more)


def of_keras(name, call, guess, formula=None, **more):
    draw = lambda: getattr(keras_init, call)(seed=1)((INPUTS, UNITS))
    drawn(name, KERAS, call, draw, guess, formula, **more)


def of_lasagne(name, call, guess, formula=None, **more):
    def draw():
        lasagne("random").set_rng(np.random.RandomState(1))
        return eval(f"init.{call}", {"init": lasagne("init")}).sample((INPUTS, UNITS))

    drawn(name, LASAGNE, call, draw, guess, formula, **more)


def of_book(name, setting, guess):
    for language in BOOKS:
        def draw():
            np.random.seed(1)
            network = book(BOOKS[language], "multi_layer_net_extend.py").MultiLayerNetExtend
            return network(INPUTS, [UNITS], 10, weight_init_std=setting).params["W1"]

        drawn(name, language, f"weight_init_std=\"{setting}\"", draw, guess, ours=setting)


of_torch("Xavier", "xavier_normal_(w)", GLOROT["normal"], ours="glorot-normal")
of_jax("Xavier", "xavier_normal", GLOROT["normal"], GLOROT["cut normal"])
of_keras("Xavier", "GlorotNormal", GLOROT["cut normal"])
of_lasagne("Xavier", "GlorotNormal()", GLOROT["normal"], ours="glorot-normal")
of_rust("initialiser", BURN, "Xavier", "Initializer::XavierNormal { gain: 1.0 }", GLOROT["normal"], ours="glorot-normal", close=0.01)
of_book("Xavier", "xavier", LECUN["normal"])

of_torch("Glorot uniform", "xavier_uniform_(w)", GLOROT["uniform"], ours="glorot-uniform")
of_jax("Glorot uniform", "glorot_uniform", GLOROT["uniform"], ours="glorot-uniform")
of_keras("Glorot uniform", "GlorotUniform", GLOROT["uniform"], ours="glorot-uniform")
of_lasagne("Glorot uniform", "GlorotUniform()", GLOROT["uniform"], ours="glorot-uniform")
of_rust("initialiser", BURN, "Glorot uniform", "Initializer::XavierUniform { gain: 1.0 }", GLOROT["uniform"],
        ours="glorot-uniform", close=0.01)

of_torch("He", "kaiming_normal_(w)", HE["normal"], ours="he")
of_torch("He", "kaiming_normal_(w, nonlinearity=\"tanh\")", law("normal", (5 / 3) ** 2 / INPUTS, "σ² = (5/3)²/n_in"))
of_jax("He", "he_normal", HE["cut normal"])
of_keras("He", "HeNormal", HE["cut normal"])
of_lasagne("He", "HeNormal()", HE["normal"], LECUN["normal"], ours="xavier")
of_lasagne("He", "HeNormal(gain=\"relu\")", HE["normal"], ours="he")
of_rust("initialiser", BURN, "He", "Initializer::KaimingNormal { gain: 1.0, fan_out_only: false }", HE["normal"], LECUN["normal"],
        ours="xavier", close=0.01)
of_rust("initialiser", CANDLE, "He", "DEFAULT_KAIMING_NORMAL", HE["normal"], ours="he", close=0.01)
of_book("He", "he", HE["normal"])

of_torch("He uniform", "kaiming_uniform_(w)", HE["uniform"], ours="he-uniform")
of_jax("He uniform", "he_uniform", HE["uniform"], ours="he-uniform")
of_keras("He uniform", "HeUniform", HE["uniform"], ours="he-uniform")
of_lasagne("He uniform", "HeUniform()", HE["uniform"], LECUN["uniform"], ours="lecun-uniform")
of_rust("initialiser", BURN, "He uniform", "Initializer::KaimingUniform { gain: 1.0, fan_out_only: false }", HE["uniform"], LECUN["uniform"],
        ours="lecun-uniform", close=0.01)
of_rust("initialiser", CANDLE, "He uniform", "DEFAULT_KAIMING_UNIFORM", HE["uniform"], ours="he-uniform", close=0.01)

of_jax("LeCun", "lecun_normal", LECUN["cut normal"])
of_keras("LeCun", "LecunNormal", LECUN["cut normal"])
of_jax("LeCun uniform", "lecun_uniform", LECUN["uniform"], ours="lecun-uniform")
of_keras("LeCun uniform", "LecunUniform", LECUN["uniform"], ours="lecun-uniform")

# With a number: 0.02 or 0.1.
NORMAL = law("normal", 0.02**2, "σ 0.02")
CUT = law("cut normal", (0.02 * 0.8796256610342398) ** 2, "σ 0.02 before the cut at 2σ")
of_torch("Normal", "normal_(w, std=0.02)", NORMAL, ours="0.02")
drawn("Normal", JAX, "normal(0.02)", lambda: jax_init.normal(0.02)(jax.random.key(1), (INPUTS, UNITS)), NORMAL, ours="0.02")
drawn("Normal", KERAS, "RandomNormal(stddev=0.02)", lambda: keras_init.RandomNormal(stddev=0.02, seed=1)((INPUTS, UNITS)),
      NORMAL, ours="0.02")
of_lasagne("Normal", "Normal(0.02)", NORMAL, ours="0.02")

of_torch("Truncated normal", "trunc_normal_(w, std=0.02)", CUT, law("normal", 0.02**2, "σ 0.02, cut at 2 and not at 2σ"), ours="0.02")
drawn("Truncated normal", JAX, "truncated_normal(0.02)",
      lambda: jax_init.truncated_normal(0.02)(jax.random.key(1), (INPUTS, UNITS)), CUT, ours="truncated-normal:0.02")
drawn("Truncated normal", KERAS, "TruncatedNormal(stddev=0.02)",
      lambda: keras_init.TruncatedNormal(stddev=0.02, seed=1)((INPUTS, UNITS)), CUT, ours="truncated-normal:0.02")

EVEN = law("uniform", 0.1**2 / 3, "from −0.1 to 0.1")
POSITIVE = Formula("uniform, `from 0 to 0.1`", lambda: [0.1 / math.sqrt(12) * math.sqrt(INPUTS), 3.0])
of_torch("Uniform", "uniform_(w, -0.1, 0.1)", EVEN, ours="uniform:0.1")
drawn("Uniform", JAX, "uniform(0.1)", lambda: jax_init.uniform(0.1)(jax.random.key(1), (INPUTS, UNITS)), EVEN, POSITIVE)
drawn("Uniform", KERAS, "RandomUniform(-0.1, 0.1)", lambda: keras_init.RandomUniform(-0.1, 0.1, seed=1)((INPUTS, UNITS)),
      EVEN, ours="uniform:0.1")
of_lasagne("Uniform", "Uniform(0.1)", EVEN, ours="uniform:0.1")

FRAME = Formula("orthonormal columns", lambda: [1.0, 3.0])
of_torch("Orthogonal", "orthogonal_(w)", FRAME, ours="orthogonal")
of_jax("Orthogonal", "orthogonal", FRAME, ours="orthogonal")
of_keras("Orthogonal", "Orthogonal", FRAME, ours="orthogonal")
of_lasagne("Orthogonal", "Orthogonal()", FRAME, ours="orthogonal")

# What a fully connected layer starts from, if nothing is said.
layer = "Weights of a new layer"
torch.manual_seed(1)
drawn(layer, TORCH, "nn.Linear", lambda: torch.nn.Linear(INPUTS, UNITS).weight.detach(), SMALL["uniform"])
drawn(layer, FLAX, "nnx.Linear", lambda: nnx.Linear(INPUTS, UNITS, rngs=nnx.Rngs(1)).kernel[...],
      LECUN["cut normal"])


def dense():
    keras.utils.set_random_seed(1)
    made = keras.layers.Dense(UNITS)
    made.build((None, INPUTS))
    return made.kernel


drawn(layer, KERAS, "Dense", dense, GLOROT["uniform"], ours="glorot-uniform")
of_rust("initialiser", BURN, layer, "LinearConfig::new", SMALL["uniform"], close=0.01)
of_rust("initialiser", CANDLE, layer, "linear", SMALL["uniform"], HE["normal"], ours="he", close=0.01)


def classifier(**settings):
    """Its weights after no step: a learning rate of 0."""
    x, y = np.zeros((2, INPUTS)), [0, 1]
    made = MLPClassifier([UNITS], learning_rate_init=1e-300, max_iter=1, random_state=1, **settings)
    return made.fit(x, y).coefs_[0]


import warnings

warnings.simplefilter("ignore")
drawn(layer, SKLEARN, "MLPClassifier(activation=\"relu\")", classifier, GLOROT["uniform"], ours="glorot-uniform")
drawn(layer, SKLEARN, "MLPClassifier(activation=\"logistic\")", lambda: classifier(activation="logistic"),
      GLOROT["uniform"], law("uniform", 2 / 3 / (INPUTS + UNITS), "σ² = 2/(3·(n_in + n_out))"))

# Biases of a new layer: the deviation in units of that of the weights of 1/n_in.
torch.manual_seed(1)
bias = "Biases of a new layer"
drawn(bias, TORCH, "nn.Linear", lambda: torch.nn.Linear(INPUTS, 500_000).bias.detach(), SMALL["uniform"])
of_rust("initialiser", BURN, bias, "LinearConfig::new(..).bias", ZERO, SMALL["uniform"], close=0.01)
of_rust("initialiser", CANDLE, bias, "linear(..).bias", SMALL["uniform"], close=0.01)
