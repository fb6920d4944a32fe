#!/usr/bin/env bash
# Makes the golden values of the search again, with the newest SciPy, scikit-learn, scikit-optimize and
# Optuna, and compares them with those that the tests use.
#
#   experiments/interop/search/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv; installs some 300 MB into the folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
venv=${1:-${TMPDIR:-/tmp}/search-with-optuna}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy scipy scikit-learn scikit-optimize optuna
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$venv/bin/python" docs/reference/search.py > "$made"
"$venv/bin/python" - "$made" crates/search/src/goldens/search.json <<'PYTHON'
import json
import math
import sys

made, kept = (json.load(open(path)) for path in sys.argv[1:])
print("made with", made.pop("versions"), "kept from", kept.pop("versions"))


def differences(a, b, path):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for key in a for d in differences(a[key], b[key], f"{path}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}[{i}]")]
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return [] if math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) else [f"{path}: {a}, kept {b}"]
    return [] if a == b else [f"{path}: {a}, kept {b}"]


found = differences(made, kept, "search")
print("\n".join(found) or "all golden values are the same")
sys.exit(1 if found else 0)
PYTHON
