#!/usr/bin/env bash
# Draws synthetic digits into IDX files and reads them with idx2numpy, which writes them back to the same
# bytes.
#
#   experiments/interop/idx/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv; installs numpy and idx2numpy from PyPI.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venv=${1:-${TMPDIR:-/tmp}/mnist-io-idx}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check numpy idx2numpy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo run -q -p mnist-io --locked --example make_digits -- "$work" 1 2000 500
"$venv/bin/python" "$here/check.py" "$work" 2000 500
