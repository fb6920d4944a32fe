"""Loads a study file in Optuna and checks its trials: check.py FILE EXPECTED_NUMBER_OF_TRIALS"""
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

path, expected = sys.argv[1], int(sys.argv[2])
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="sec6_5-seed-0", storage=JournalStorage(JournalFileBackend(path)))
trials = study.trials
assert len(trials) == expected, len(trials)
assert [t.number for t in trials] == list(range(expected))
assert study.direction == optuna.study.StudyDirection.MAXIMIZE
ours = [t for t in trials if "index" in t.user_attrs]
assert sorted(t.user_attrs["index"] for t in ours) == list(range(len(ours)))
states = {state.name: sum(t.state == state for t in ours) for state in TrialState}
for t in ours:
    assert set(t.params) == {"lr", "optimizer", "depth"} and t.datetime_complete >= t.datetime_start
    assert isinstance(t.params["depth"], int) and t.params["optimizer"] in ("sgd", "adam")
    if t.state == TrialState.FAIL:
        assert t.value is None and "diverged" in t.user_attrs["reason"]
    else:
        assert t.value == list(t.intermediate_values.values())[-1]
assert states["COMPLETE"] and states["PRUNED"] and states["FAIL"], states
importance = optuna.importance.get_param_importances(
    study, evaluator=optuna.importance.PedAnovaImportanceEvaluator()
)
print(optuna.__version__, len(trials), "trials, ours:", states, "best", study.best_value, importance)
