#!/usr/bin/env bash
# Times Bayesian searches here, with Optuna's GPSampler and with scikit-optimize, by turns: Hartmann's
# function of six variables, which takes no time itself.
#
#   benches/bayesian/run.sh [--trials N,N,...] [--rounds N] [--cache DIR]
#
# Needs python3 with venv and cargo. The peers' environment (3 GB, from PyPI) is made in DIR, or
# $PEERS_CACHE, or benches/peers/.cache, and used again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
workspace=$(cd "$here/../.." && pwd)
cache=${PEERS_CACHE:-$here/../peers/.cache}
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --cache) cache=$2; shift 2 ;;
    --trials | --rounds) options+=("$1" "$2"); shift 2 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$1: no such option; see --help" >&2; exit 2 ;;
  esac
done
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
venv=$cache/bayesian
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0 torch==2.15.0 scikit-optimize==0.10.2
(cd "$workspace" && CARGO_TARGET_DIR=$cache/target-ours cargo build --release --locked -p search --example hartmann)
exec "$venv/bin/python" "$here/compare.py" "$cache/target-ours/release/examples/hartmann" "${options[@]}"
