#!/usr/bin/env bash
# Opens a study file of the search in Optuna, the newest version and the one of the major before, goes
# on with it there and here, and lets both write to it at the same time: a file that we have made, and one that
# Optuna has. Then each version compares the times of all files; those that differ by zone Optuna 4 cannot.
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
export TZ=KST-9 # a place whose time is not UTC
for version in newest previous; do
  study=$work/$version.log
  search() {
    "$binary" --part search --epochs 6 --pruner median --dataset synthetic --quiet --trials "$1" \
      --study "$study" --resume --out "$work/$2" --space lr=log:1e-6:1e30 \
      --space optimizer=choice:sgd,adam --space depth=int:1:6 >/dev/null
  }
  search 30 a
  "$venvs/$version/bin/python" "$here/check.py" "$study" 30
  # Ours goes on, Python goes on, both at once.
  search 60 b & ours=$!
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 25 & first=$!
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 25 & second=$!
  wait "$ours"; wait "$first"; wait "$second"
  "$venvs/$version/bin/python" "$here/check.py" "$study" 110
  # What Python added changes none of our results.
  search 60 c
  cmp "$work/b/metrics.csv" "$work/c/metrics.csv"
  rm "$study" && search 60 d
  cmp "$work/b/metrics.csv" "$work/d/metrics.csv"
  "$venvs/$version/bin/python" "$here/go_on.py" "$study" 10
  # Optuna first: a study of its own is in the file.
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
echo "Optuna opens our study files, goes on with them, and writes to them beside us"
