"""What each library needs before it can be run: 64-bit numbers, names, and paths of steps."""
import importlib.util
import json
import os
import sys
import types
from importlib.metadata import version
from pathlib import Path

import jax
import keras
import numpy as np
import optax
import torch

from cells import cell
from rules import GRADS, START

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

TORCH, OPTAX, KERAS, FLAX, JAX = "PyTorch", "optax", "Keras", "flax", "JAX"
BURN, CANDLE, LASAGNE, SKLEARN = "burn", "candle", "Lasagne", "scikit-learn"
OPTUNA, CONFIGSPACE, SCIPY = "Optuna", "ConfigSpace", "SciPy"
KOREAN, JAPANESE = "the book's Korean code", "the book's Japanese code"


def versions(commits):
    packages = {TORCH: "torch", OPTAX: "optax", KERAS: "keras", FLAX: "flax", JAX: "jax"}
    packages |= {SKLEARN: "scikit-learn", OPTUNA: "optuna", CONFIGSPACE: "ConfigSpace"}
    packages |= {SCIPY: "scipy", LASAGNE: "Lasagne", "PyTensor": "pytensor", "NumPy": "numpy"}
    found = {name: version(package) for name, package in packages.items()}
    return found | {peer: program["version"] for peer, program in RUST.items()} | commits


# What the programs of burn and candle printed: defaults and numbers for each name.
PRINTED = {peer: os.environ.get(peer.upper()) for peer in (BURN, CANDLE)}
RUST = {peer: json.loads(Path(path).read_text()) for peer, path in PRINTED.items() if path}


def of_rust(kind, library, name, call, guess, formula=None, key=None, close=None, **more):
    """A cell of burn (in f32) or candle (in f64), if its program was built."""
    program = RUST.get(library)
    if not program:
        return
    found = program["cells"][key or call]
    cell(kind, name, library, call, lambda: found["values"], guess, formula,
         defaults=found["defaults"], close=close or program["close"], **more)


def module(path, name):
    specification = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


def book(folder, file):
    """A file of the book's folder `common`; both languages call that folder the same."""
    sys.path.insert(0, folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "common"]:
        del sys.modules[name]
    try:
        return module(Path(folder) / "common" / file, f"book_{file[:-3]}")
    finally:
        sys.path.remove(folder)


BOOKS = {KOREAN: os.environ["BOOK_KO"], JAPANESE: os.environ["BOOK_JA"]}


def lasagne(name):
    """A module of Lasagne. Theano no longer installs, so PyTensor, which grew out of it, stands in;
    Lasagne's layers need parts of Theano that PyTensor has not, so its `__init__` is passed over."""
    import pytensor
    import pytensor.tensor

    if "lasagne" not in sys.modules:
        package = types.ModuleType("lasagne")
        package.__path__ = importlib.util.find_spec("lasagne").submodule_search_locations
        sys.modules["lasagne"] = package
    sys.modules |= {"theano": pytensor, "theano.tensor": pytensor.tensor, "theano.tensor.nnet": pytensor.tensor}
    return importlib.import_module(f"lasagne.{name}")


def torch_path(make, start=START, grads=GRADS):
    w = torch.tensor(start)
    optimizer, path = make([w]), []
    for g in grads:
        w.grad = torch.tensor(g)
        optimizer.step()
        path.append(w.numpy().copy())
    return path


def optax_path(rule, start=START, grads=GRADS):
    w, path = jax.numpy.array(start), []
    state = rule.init(w)
    for g in grads:
        updates, state = rule.update(jax.numpy.array(g), state, w)
        w = optax.apply_updates(w, updates)
        path.append(np.array(w))
    return path


def keras_path(optimizer, start=START, grads=GRADS):
    w, path = keras.Variable(start, dtype="float64"), []
    optimizer.build([w])
    for g in grads:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        path.append(np.array(w))
    return path


def sklearn_path(make, start=START, grads=GRADS):
    w = start.copy()
    optimizer, path = make([w]), []
    for g in grads:
        optimizer.update_params([w], [g])
        path.append(w.copy())
    return path


def lasagne_path(rule, start=START, grads=GRADS, **settings):
    import pytensor

    w, g = pytensor.shared(start.copy()), pytensor.tensor.dvector()
    updates = getattr(lasagne("updates"), rule)([g], [w], **settings)
    step, path = pytensor.function([g], [], updates=list(updates.items()), mode="FAST_COMPILE"), []
    for gradient in grads:
        step(gradient)
        path.append(w.get_value())
    return path


def book_path(optimizer, start=START, grads=GRADS):
    params, path = {"W": start.copy()}, []
    for g in grads:
        optimizer.update(params, {"W": g.copy()})
        path.append(params["W"].copy())
    return path
