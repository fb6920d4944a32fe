"""Weight decay and clipping: what is done to a gradient before or beside the rule."""
import keras
import numpy as np
import optax
import torch
from sklearn.neural_network import MLPRegressor

import rules
from cells import Formula, cell, default, numbers
from peers import *

# A weight of 1 whose gradient is 0, after one step with a rate of 0.1 and a decay λ of 0.1.
ONE, NOTHING = np.ones(1), [np.zeros(1)]
COUPLED = numbers("g + λ·W before the rule", 0.99)
THROUGH = numbers("g + λ·W before the rule, whose step is then η", 0.9)
DECOUPLED = numbers("W − η·λ·W beside the rule", 0.99)
TWICE = numbers("g + 2·λ·W: the penalty is λ·ΣW²", 0.98)


def decay(library, call, run, guess, formula=None, **more):
    cell("optimizer", "Weight decay", library, call, run, guess, formula, **more)


def first(path):
    return path[0]


decay(TORCH, "SGD(weight_decay=0.1)",
      lambda: torch_path(lambda w: torch.optim.SGD(w, 0.1, weight_decay=0.1), ONE, NOTHING), COUPLED,
      ours="sgd l2_decay=0.1")
decay(TORCH, "Adam(weight_decay=0.1)",
      lambda: torch_path(lambda w: torch.optim.Adam(w, 0.1, weight_decay=0.1), ONE, NOTHING), THROUGH,
      ours="adam l2_decay=0.1", close=1e-5)
decay(TORCH, "NAdam(weight_decay=0.1, decoupled_weight_decay=True)",
      lambda: torch_path(lambda w: torch.optim.NAdam(w, 0.1, weight_decay=0.1, decoupled_weight_decay=True), ONE,
                         NOTHING), DECOUPLED, ours="nadam decoupled_decay=0.1")
decay(OPTAX, "chain(add_decayed_weights(0.1), adam)",
      lambda: optax_path(optax.chain(optax.add_decayed_weights(0.1), optax.adam(0.1)), ONE, NOTHING), THROUGH,
      ours="adam l2_decay=0.1", close=1e-5)
decay(OPTAX, "adamw(weight_decay=0.1)", lambda: optax_path(optax.adamw(0.1, weight_decay=0.1), ONE, NOTHING), DECOUPLED,
      ours="adam decoupled_decay=0.1")
decay(KERAS, "SGD(weight_decay=0.1)",
      lambda: keras_path(keras.optimizers.SGD(0.1, weight_decay=0.1), ONE, NOTHING), COUPLED, ours="sgd l2_decay=0.1")
decay(KERAS, "Adam(weight_decay=0.1)",
      lambda: keras_path(keras.optimizers.Adam(0.1, weight_decay=0.1), ONE, NOTHING), THROUGH, DECOUPLED,
      ours="adam decoupled_decay=0.1")


def regularised(penalty):
    """A step of SGD on the penalty alone."""
    w = torch.ones(1, requires_grad=True)
    value = float(penalty(np.ones(1)))
    slope = (float(penalty(np.full(1, 1 + 1e-6))) - value) / 1e-6
    return 1 - 0.1 * slope


decay(KERAS, "regularizers.L2(0.1) and SGD", lambda: regularised(lambda w: keras.regularizers.L2(0.1)(w)), COUPLED,
      TWICE, ours="sgd l2_decay=0.2", close=1e-5)
of_rust("optimizer", BURN, "Weight decay", "SgdConfig, WeightDecayConfig::new(0.1)", COUPLED, ours="sgd l2_decay=0.1")
of_rust("optimizer", BURN, "Weight decay", "AdamConfig, WeightDecayConfig::new(0.1)", THROUGH, close=1e-4)


def of_sklearn(rows):
    """One step of SGD from a batch of this many rows, all of whose errors are 0."""
    x = np.zeros((rows, 1))
    made = MLPRegressor(hidden_layer_sizes=[1], activation="identity", solver="sgd", alpha=0.1, learning_rate_init=0.1, momentum=0, max_iter=1,
                        batch_size=rows, random_state=1)
    made.fit(x, np.zeros(rows))
    once = made.coefs_[0].copy()
    made.partial_fit(x, np.zeros(rows))
    return made.coefs_[0] / once


decay(SKLEARN, "MLPRegressor(alpha=0.1), a batch of 2", lambda: of_sklearn(2), COUPLED,
      numbers("g + λ·W / rows of the batch", 0.995), ours="sgd l2_decay=0.05")
decay(SKLEARN, "MLPRegressor(alpha=0.1), a batch of 10", lambda: of_sklearn(10), COUPLED,
      numbers("g + λ·W / rows of the batch", 0.999), ours="sgd l2_decay=0.01")

# Gradients 3 and 4 of two parameters, cut to a norm of 1.
TOGETHER = numbers("all gradients by one factor", 0.6, 0.8)
EACH = numbers("each parameter by itself", 1, 1)
by = lambda ε: numbers(f"all gradients by max / (norm + {ε:g})", 3 / (5 + ε), 4 / (5 + ε))


def clip(library, call, run, guess, formula=None, **more):
    cell("optimizer", "Clipping to a norm", library, call, run, guess, formula, **more)


def torch_clip(value=(3.0, 4.0)):
    weights = [torch.zeros(1, requires_grad=True) for _ in value]
    for w, g in zip(weights, value):
        w.grad = torch.full((1,), g)
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    return [float(w.grad) for w in weights]


def keras_clip(**settings):
    weights = [keras.Variable([0.0], dtype="float64") for _ in range(2)]
    optimizer = keras.optimizers.SGD(1.0, **settings)
    optimizer.build(weights)
    optimizer.apply([keras.ops.convert_to_tensor([g], dtype="float64") for g in (3.0, 4.0)], weights)
    return [-float(np.array(w)[0]) for w in weights]


def optax_clip(value=(3.0, 4.0)):
    rule = optax.clip_by_global_norm(1.0)
    return rule.update([np.array(g) for g in value], rule.init(None))[0]


def lasagne_clip():
    import pytensor

    gradients = [pytensor.tensor.dscalar() for _ in range(2)]
    clipped = lasagne("updates").total_norm_constraint(gradients, 1.0)
    return pytensor.function(gradients, clipped, mode="FAST_COMPILE")(3.0, 4.0)


clip(TORCH, "clip_grad_norm_", torch_clip, by(1e-6))
clip(OPTAX, "clip_by_global_norm", optax_clip, TOGETHER, ours="clip_total_norm")
clip(KERAS, "SGD(global_clipnorm=1)", lambda: keras_clip(global_clipnorm=1.0), TOGETHER, ours="clip_total_norm")
clip(KERAS, "SGD(clipnorm=1)", lambda: keras_clip(clipnorm=1.0), TOGETHER, EACH)
clip(LASAGNE, "total_norm_constraint", lasagne_clip, by(1e-7))
of_rust("optimizer", BURN, "Clipping to a norm", "GradientClippingConfig::Norm(1.0)", TOGETHER, EACH, key="clipping")

# The incoming weights 3 and 4 of one unit, held to a norm of 2.5.
HELD = numbers("the unit's weights by one factor", 1.5, 2)
near = lambda ε: numbers(f"by max / (norm + {ε:g})", 3 * 2.5 / (5 + ε), 4 * 2.5 / (5 + ε))


def constrain(library, call, run, guess, formula=None, **more):
    cell("optimizer", "Max-norm constraint", library, call, run, guess, formula, **more)


def torch_renorm():
    return torch.renorm(torch.tensor([[3.0, 4.0]]), p=2, dim=0, maxnorm=2.5)


def lasagne_norm():
    import pytensor

    w = pytensor.tensor.dmatrix()
    return pytensor.function([w], lasagne("updates").norm_constraint(w, 2.5), mode="FAST_COMPILE")(np.array([[3.0], [4.0]]))


constrain(TORCH, "renorm", torch_renorm, HELD, near(1e-7))
constrain(KERAS, "constraints.MaxNorm(2.5)", lambda: keras.constraints.MaxNorm(2.5)(np.array([[3.0], [4.0]])), near(1e-7))
constrain(LASAGNE, "norm_constraint", lasagne_norm, near(1e-7))
