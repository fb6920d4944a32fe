"""Checks that Optuna can compare the times in a study file, for its timeline and its list of studies.

Optuna 5 always can. Optuna 4 cannot if the file mixes its own times, which have no time zone, with times that have one.
"""
import datetime
import pathlib
import re
import sys
import warnings

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)
path = pathlib.Path(sys.argv[1])
times = re.findall(r'"datetime_start": ?"([^"]*)"', path.read_text())
with_zone = sum(time.endswith("+00:00") for time in times)
major = int(optuna.__version__.split(".")[0])
fails = major < 5 and 0 < with_zone < len(times)

storage = JournalStorage(JournalFileBackend(str(path)))
study = optuna.load_study(study_name="sec6_5-seed-0", storage=storage)
for what, compare in [
    ("plot_timeline", lambda: optuna.visualization.plot_timeline(study)),
    ("get_all_study_summaries", lambda: optuna.get_all_study_summaries(storage)),
]:
    try:
        compare()
    except TypeError as error:
        assert fails, f"{what}: {error}"
    else:
        assert not fails, f"{what} of Optuna {optuna.__version__} works now: docs/6_5_hyperparameters.md says otherwise"
if major >= 5:
    # Optuna 5 converts all times to local time, whichever program wrote them.
    now = datetime.datetime.now()
    for trial in study.trials:
        assert abs(now - trial.datetime_start) < datetime.timedelta(hours=1), (trial.number, trial.datetime_start)
print(optuna.__version__, f"{with_zone} of {len(times)} times with a zone:", "no timeline" if fails else "timeline")
