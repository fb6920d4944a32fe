"""Adds trials to a study file with Optuna's TPE and a made-up objective.

    go_on.py FILE TRIALS [STUDY]   STUDY is created if it does not exist
"""
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = JournalStorage(JournalFileBackend(sys.argv[1]))
if len(sys.argv) > 3:
    study = optuna.create_study(study_name=sys.argv[3], storage=storage, load_if_exists=True)
else:
    study = optuna.load_study(study_name="sec6_5-seed-0", storage=storage)


def objective(trial):
    lr = trial.suggest_float("lr", 1e-6, 1e30, log=True)
    depth = trial.suggest_int("depth", 1, 6)
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
    trial.report(0.1, 0)
    return 0.1 + 0.01 * depth * (optimizer == "adam") * (lr < 1)


study.optimize(objective, n_trials=int(sys.argv[2]))
