#!/usr/bin/env bash
# Optuna 4.9.0: goes on with a journal that Optuna 5.0.0 began, and then can neither draw its timeline nor list its studies.
#
# Expected: a study that opens, gives its trials and takes new ones also gives its summary and its timeline; or a file of a
# newer version is refused when it is opened.
# Seen: both versions add trials to one JournalStorage file in turn without a complaint. Optuna 5 writes times with
# their offset from UTC, Optuna 4 without. From the first trial of each on, 4.9.0 raises "TypeError: can't compare offset-naive
# and offset-aware datetimes" in `optuna.visualization.plot_timeline` and in `optuna.study.get_all_study_summaries`, which
# order trials by time; 5.0.0 reads the same file and does both.
# Way round: read the file with Optuna 5, or let one version alone write to a file.
#
# Needs Python 3.11 or newer and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for version in 4.9.0 5.0.0; do
  python3 -m venv "$dir/$version"
  "$dir/$version/bin/pip" install --quiet --disable-pip-version-check "optuna==$version" plotly==7.1.0
done
cat > "$dir/study.py" <<'PYTHON'
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)
file, expected = sys.argv[1:]
storage = JournalStorage(JournalFileBackend(file))
study = optuna.create_study(study_name="one", storage=storage, load_if_exists=True)
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
found = []
for what in (
    lambda: optuna.visualization.plot_timeline(study),
    lambda: optuna.study.get_all_study_summaries(storage),
):
    try:
        what()
        found.append("done")
    except TypeError as error:
        assert "offset-naive and offset-aware" in str(error), error
        found.append("TypeError")
print(f"Optuna {optuna.__version__}, {len(study.trials)} trials: timeline {found[0]}, summaries {found[1]}")
assert found == [expected] * 2
PYTHON
"$dir/5.0.0/bin/python" "$dir/study.py" "$dir/journal.log" done
"$dir/4.9.0/bin/python" "$dir/study.py" "$dir/journal.log" TypeError
"$dir/5.0.0/bin/python" "$dir/study.py" "$dir/journal.log" done
