#!/usr/bin/env bash
# How long a training step takes in headless Chromium: docs/lab.html beside TensorFlow.js, one network 784-100×4-10,
# batch 128, SGD and Adam, one thread; and two workers of ours beside one. Each takes its turn in every round, and the
# fastest round of each counts, since other programs on the machine only make a round slower.
#
#   experiments/interop/browser/speed/run.sh [ROUNDS]
#
# Needs Debian's chromium (installed if missing, as root) and node with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
cp "$here"/{package.json,speed.mjs,page.js} docs/lab.html "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)
(cd "$work" && node speed.mjs "${1:-10}")
