#!/usr/bin/env bash
# Opens study files in the newest Optuna and in the previous major version, resumes them there and here, and
# lets both programs write at the same time; one file was created by this program, one by Optuna. Then each
# version compares the times in all files; Optuna 4 cannot where only some of them have a time zone.
#
#   experiments/interop/optuna/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENTS]
#
# Needs python3 with venv; installs both versions of Optuna from PyPI.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venvs=${1:-${TMPDIR:-/tmp}/sec6_5-optuna}
install() { [ -x "$venvs/$1/bin/python" ] || python3 -m venv "$venvs/$1"; "$venvs/$1/bin/pip" install --quiet "$2" plotly; }
install newest optuna
major=$("$venvs/newest/bin/python" -c 'import optuna; print(optuna.__version__.split(".")[0])')
install previous "optuna<$major"
cargo build -q -p experiments --bin sec6_5_hyperparameters
binary=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/sec6_5_hyperparameters
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TZ=KST-9 # a time zone other than UTC
for version in newest previous; do
  study=$work/$version.log
  search() {
    "$binary" --part search --epochs 6 --pruner median --dataset synthetic --quiet --trials "$1" \
      --study "$study" --resume --out "$work/$2" --space lr=log:1e-6:1e30 \
      --space optimizer=choice:sgd,adam --space depth=int:1:6 >/dev/null
  }
  search 30 a
  "$venvs/$version/bin/python" "$here/check.py" "$study" 30
  # This program and two Python processes write at the same time.
  search 60 b & ours=$!
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 25 & first=$!
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 25 & second=$!
  wait "$ours"; wait "$first"; wait "$second"
  "$venvs/$version/bin/python" "$here/check.py" "$study" 110
  # Python's trials do not change our results.
  search 60 c
  cmp "$work/b/metrics.csv" "$work/c/metrics.csv"
  rm "$study" && search 60 d
  cmp "$work/b/metrics.csv" "$work/d/metrics.csv"
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 10
  # A file that Optuna created, with another study in it.
  study=$work/$version-first.log
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 5 another
  search 30 e
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 10
  search 60 f
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 5 another
  "$venvs/$version/bin/python" "$here/check.py" "$study" 70
  cmp "$work/b/metrics.csv" "$work/f/metrics.csv"
done
for reader in newest previous; do
  for file in "$work"/*.log; do "$venvs/$reader/bin/python" "$here/times.py" "$file"; done
done
echo "Optuna opens our study files, resumes them, and writes to them at the same time as this program"
