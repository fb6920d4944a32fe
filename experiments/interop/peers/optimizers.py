"""Update rules: eight steps from the same gradients, with a rate of 1."""
import keras
import optax
import torch
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

import rules
from cells import cell, default
from peers import *


def rule(name, library, call, run, guess, formula=None, **more):
    cell("optimizer", name, library, call, run, guess, formula, **more)


def of_torch(name, call, make, guess, formula=None, hyper=(), ours=None, close=1e-12):
    made = getattr(torch.optim, call.split("(")[0])
    run = lambda: torch_path(lambda w: make(w, lr=1.0))
    defaults = default(made, "lr", *hyper)
    rule(name, TORCH, call, run, guess, formula, defaults=defaults, ours=ours, close=close)


def of_optax(name, call, made, guess, formula=None, hyper=(), ours=None, close=1e-12):
    function = getattr(optax, call.split("(")[0])
    defaults = default(function, *hyper)
    rule(name, OPTAX, call, lambda: optax_path(made), guess, formula, defaults=defaults, ours=ours,
         close=close)


def of_keras(name, call, made, guess, formula=None, hyper=(), ours=None):
    defaults = default(getattr(keras.optimizers, call.split("(")[0]), "learning_rate", *hyper)
    rule(name, KERAS, call, lambda: keras_path(made), guess, formula, defaults=defaults, ours=ours)


def of_lasagne(name, call, guess, formula=None, hyper=(), ours=None):
    function = getattr(lasagne("updates"), call)
    run = lambda: lasagne_path(call, learning_rate=1.0)
    rule(name, LASAGNE, call, run, guess, formula, defaults=default(function, *hyper), ours=ours)


def of_the_book(name, call, guess, formula=None, hyper=("lr",), ours=None, books=BOOKS):
    for language in books:
        made = getattr(book(BOOKS[language], "optimizer.py"), call)
        run = lambda: book_path(made(lr=1.0))
        rule(name, language, call, run, guess, formula, defaults=default(made, *hyper), ours=ours)


SGD, ADAM = torch.optim.SGD, torch.optim.Adam

of_torch("SGD", "SGD", SGD, rules.sgd(), ours="sgd")
of_optax("SGD", "sgd", optax.sgd(1.0), rules.sgd(), hyper=["learning_rate"], ours="sgd")
of_keras("SGD", "SGD", keras.optimizers.SGD(1.0), rules.sgd(), hyper=["momentum"], ours="sgd")
of_rust("optimizer", BURN, "SGD", "SgdConfig::new()", rules.sgd(), ours="sgd", key="SGD")
of_rust("optimizer", CANDLE, "SGD", "SGD::new", rules.sgd(), ours="sgd", key="SGD")
of_lasagne("SGD", "sgd", rules.sgd(), hyper=["learning_rate"], ours="sgd")
of_the_book("SGD", "SGD", rules.sgd(), ours="sgd")

α = rules.momentum()
of_torch("Momentum", "SGD(momentum=0.9)", lambda w, lr: SGD(w, lr, momentum=0.9), α,
         hyper=["momentum", "dampening"], ours="momentum")
of_optax("Momentum", "sgd(momentum=0.9)", optax.sgd(1.0, momentum=0.9), α,
         hyper=["momentum"], ours="momentum")
of_keras("Momentum", "SGD(momentum=0.9)", keras.optimizers.SGD(1.0, momentum=0.9), α,
         hyper=["momentum"], ours="momentum")
of_rust("optimizer", BURN, "Momentum", "MomentumConfig::new()", α, rules.dampened(), key="Momentum")
of_lasagne("Momentum", "momentum", α, hyper=["momentum"], ours="momentum")
rule("Momentum", SKLEARN, "MLPClassifier(solver=\"sgd\", nesterovs_momentum=False)",
     lambda: sklearn_path(lambda w: SGDOptimizer(w, 1.0, momentum=0.9, nesterov=False)), α,
     defaults=default(MLPClassifier, "learning_rate_init", "momentum", "nesterovs_momentum"),
     ours="momentum")
of_the_book("Momentum", "Momentum", α, hyper=["lr", "momentum"], ours="momentum")

α = rules.nesterov()
of_torch("Nesterov", "SGD(momentum=0.9, nesterov=True)",
         lambda w, lr: SGD(w, lr, momentum=0.9, nesterov=True), α, hyper=["momentum"], ours="nesterov")
of_optax("Nesterov", "sgd(momentum=0.9, nesterov=True)", optax.sgd(1.0, 0.9, True), α,
         hyper=["momentum"], ours="nesterov")
of_keras("Nesterov", "SGD(momentum=0.9, nesterov=True)", keras.optimizers.SGD(1.0, 0.9, True), α,
         hyper=["momentum"], ours="nesterov")
of_rust("optimizer", BURN, "Nesterov", "MomentumConfig::new().with_nesterov(true)", α, rules.dampened_nesterov(), key="Nesterov")
of_lasagne("Nesterov", "nesterov_momentum", α, hyper=["momentum"], ours="nesterov")
rule("Nesterov", SKLEARN, "MLPClassifier(solver=\"sgd\")",
     lambda: sklearn_path(lambda w: SGDOptimizer(w, 1.0)), α,
     defaults=default(MLPClassifier, "learning_rate_init", "momentum"), ours="nesterov")
of_the_book("Nesterov", "Nesterov", rules.nesterov_slip(), hyper=["lr", "momentum"], books=[KOREAN])
of_the_book("Nesterov", "Nesterov", α, hyper=["lr", "momentum"], ours="nesterov", books=[JAPANESE])

of_torch("AdaGrad", "Adagrad", torch.optim.Adagrad, rules.adagrad(), hyper=["eps"],
         ours="adagrad eps=1e-10")
of_optax("AdaGrad", "adagrad", optax.adagrad(1.0), rules.adagrad_inside(),
         hyper=["initial_accumulator_value", "eps"])
of_keras("AdaGrad", "Adagrad", keras.optimizers.Adagrad(1.0), rules.adagrad_inside(),
         hyper=["initial_accumulator_value", "epsilon"])
of_rust("optimizer", BURN, "AdaGrad", "AdaGradConfig::new()", rules.adagrad(ε=1e-5), key="AdaGrad", ours="adagrad eps=1e-5")
of_lasagne("AdaGrad", "adagrad", rules.adagrad_inside(h0=0, ε=1e-6), hyper=["learning_rate", "epsilon"])
of_the_book("AdaGrad", "AdaGrad", rules.adagrad(ε=1e-7), ours="adagrad")

of_torch("RMSProp", "RMSprop", torch.optim.RMSprop, rules.rmsprop(), hyper=["alpha", "eps"],
         ours="rmsprop eps=1e-8")
of_optax("RMSProp", "rmsprop", optax.rmsprop(1.0), rules.rmsprop_inside(),
         hyper=["decay", "eps", "eps_in_sqrt"])
of_keras("RMSProp", "RMSprop", keras.optimizers.RMSprop(1.0), rules.rmsprop_inside(ε=1e-7),
         hyper=["rho", "epsilon"])
of_rust("optimizer", BURN, "RMSProp", "RmsPropConfig::new()", rules.rmsprop(ε=1e-5), rules.rmsprop_momentum(ε=1e-5), key="RMSProp")
of_lasagne("RMSProp", "rmsprop", rules.rmsprop_inside(ε=1e-6), hyper=["learning_rate", "rho", "epsilon"])
of_the_book("RMSProp", "RMSprop", rules.rmsprop(ε=1e-7), hyper=["lr", "decay_rate"], ours="rmsprop")

of_torch("Adam", "Adam", ADAM, rules.adam(), hyper=["betas", "eps"], ours="adam eps_corrected=1e-8")
of_optax("Adam", "adam", optax.adam(1.0), rules.adam(), hyper=["b1", "b2", "eps", "eps_root"],
         ours="adam eps_corrected=1e-8")
of_keras("Adam", "Adam", keras.optimizers.Adam(1.0), rules.adam_early(ε=1e-7),
         hyper=["beta_1", "beta_2", "epsilon"], ours="adam")
of_rust("optimizer", BURN, "Adam", "AdamConfig::new()", rules.adam(), rules.adam(ε=1e-5), key="Adam",
        ours="adam eps_corrected=1e-5")
of_rust("optimizer", CANDLE, "Adam", "AdamW::new, weight_decay 0", rules.adam(), key="Adam",
        ours="adam eps_corrected=1e-8")
of_lasagne("Adam", "adam", rules.adam_early(), hyper=["learning_rate", "beta1", "beta2", "epsilon"],
           ours="adam eps=1e-8")
rule("Adam", SKLEARN, "MLPClassifier()", lambda: sklearn_path(lambda w: AdamOptimizer(w, 1.0)),
     rules.adam(), rules.adam_early(), ours="adam eps=1e-8",
     defaults=default(MLPClassifier, "learning_rate_init", "beta_1", "beta_2", "epsilon"))
of_the_book("Adam", "Adam", rules.adam_early(ε=1e-7), hyper=["lr", "beta1", "beta2"], ours="adam")

of_torch("AdaDelta", "Adadelta", torch.optim.Adadelta, rules.adadelta(), hyper=["rho", "eps"],
         ours="adadelta rho=0.9")
of_optax("AdaDelta", "adadelta", optax.adadelta(1.0), rules.adadelta(), hyper=["rho", "eps"],
         ours="adadelta rho=0.9")
of_keras("AdaDelta", "Adadelta", keras.optimizers.Adadelta(1.0), rules.adadelta(ρ=0.95, ε=1e-7),
         hyper=["rho", "epsilon"], ours="adadelta eps=1e-7")
of_lasagne("AdaDelta", "adadelta", rules.adadelta(ρ=0.95), hyper=["learning_rate", "rho", "epsilon"],
           ours="adadelta")

of_torch("AdaMax", "Adamax", torch.optim.Adamax, rules.adamax(), hyper=["betas", "eps"])
of_optax("AdaMax", "adamax", optax.adamax(1.0), rules.adamax(), hyper=["b1", "b2", "eps"])
of_keras("AdaMax", "Adamax", keras.optimizers.Adamax(1.0), rules.adamax_outside(ε=1e-7),
         hyper=["beta_1", "beta_2", "epsilon"], ours="adamax eps=1e-7")

of_torch("AMSGrad", "Adam(amsgrad=True)", lambda w, lr: ADAM(w, lr, amsgrad=True), rules.amsgrad(),
         hyper=["betas", "eps"], ours="amsgrad eps_corrected=1e-8")
of_optax("AMSGrad", "amsgrad", optax.amsgrad(1.0), rules.amsgrad(), rules.amsgrad_of_corrected(),
         hyper=["b1", "b2", "eps"])
of_keras("AMSGrad", "Adam(amsgrad=True)", keras.optimizers.Adam(1.0, amsgrad=True),
         rules.amsgrad_early(ε=1e-7), hyper=["epsilon"], ours="amsgrad eps=1e-7")
of_rust("optimizer", BURN, "AMSGrad", "AdamConfig::new().with_amsgrad(true)", rules.amsgrad(ε=1e-5), key="AMSGrad",
        ours="amsgrad eps_corrected=1e-5")

of_torch("AdamW", "AdamW", torch.optim.AdamW, rules.adamw(), hyper=["eps", "weight_decay"],
         ours="adam eps_corrected=1e-8 decoupled_decay=0.01")
of_optax("AdamW", "adamw", optax.adamw(1.0), rules.adamw(λ=1e-4), hyper=["eps", "weight_decay"],
         ours="adam eps_corrected=1e-8 decoupled_decay=0.0001")
of_keras("AdamW", "AdamW", keras.optimizers.AdamW(1.0), rules.adamw_early(ε=1e-7, λ=0.004),
         hyper=["weight_decay", "epsilon"], ours="adam decoupled_decay=0.004")
of_rust("optimizer", BURN, "AdamW", "AdamWConfig::new()", rules.adamw(ε=1e-5, λ=1e-4), key="AdamW",
        ours="adam eps_corrected=1e-5 decoupled_decay=0.0001")
of_rust("optimizer", CANDLE, "AdamW", "AdamW::new", rules.adamw(), key="AdamW",
        ours="adam eps_corrected=1e-8 decoupled_decay=0.01")

of_torch("NAdam", "NAdam", torch.optim.NAdam, rules.nadam(), hyper=["eps", "momentum_decay"], ours="nadam")
of_optax("NAdam", "nadam", optax.nadam(1.0), rules.nadam_constant(), hyper=["b1", "b2", "eps"])
of_keras("NAdam", "Nadam", keras.optimizers.Nadam(1.0), rules.nadam(ε=1e-7),
         rules.nadam(ε=1e-7, ψ=1), hyper=["epsilon"], ours="nadam eps=1e-7 momentum_decay=1")

of_torch("RAdam", "RAdam", torch.optim.RAdam, rules.radam_early(), hyper=["betas", "eps"],
         ours="radam", close=1e-10)
of_optax("RAdam", "radam", optax.radam(1.0), rules.radam(), hyper=["eps", "threshold"], close=1e-8)

of_optax("Lion", "lion", optax.lion(1.0), rules.lion(), rules.lion_decayed(),
         hyper=["b1", "b2", "weight_decay"], ours="lion decoupled_decay=0.001")
of_keras("Lion", "Lion", keras.optimizers.Lion(1.0), rules.lion(),
         hyper=["beta_1", "beta_2", "weight_decay"], ours="lion")
of_rust("optimizer", BURN, "Lion", "LionConfig::new()", rules.lion(), key="Lion", ours="lion")
