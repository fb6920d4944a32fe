#!/usr/bin/env bash
# optax 0.2.8: `cosine_onecycle_schedule` with `pct_start` 1 falls from its first step and never reaches `peak_value`.
#
# Expected: `pct_start` is the share of the cycle that rises, so with 1 the whole cycle rises, from `peak_value/div_factor` to
# `peak_value` (as PyTorch's OneCycleLR does); any share that rises passes through the peak.
# Seen: the rate begins at peak/25 and falls to 1.6e-8, peak/25/25/1e4, where the documentation has peak/25/1e4 as the last.
# With `pct_start` 0.99 it rises to the peak and ends at 4e-7 as expected. `linear_onecycle_schedule` with `pct_final` 1
# has no third phase, and should fall back to peak/25; it falls to peak/1e4. Nothing is raised or logged.
# Cause: the phases are a dictionary from the step at which one ends to a factor; of two phases that end at the same step
# the dictionary keeps the last factor alone.
# Way round: `pct_start` at most (n - 1)/n for n steps.
#
# Needs Python 3.11 or newer and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2
JAX_PLATFORMS=cpu "$dir/venv/bin/python" - <<'PYTHON'
import optax

print("optax", optax.__version__)
steps, peak = 100, 0.1
rates = {}
for share in 0.99, 1.0:
    schedule = optax.cosine_onecycle_schedule(steps, peak, share)
    rates[share] = [float(schedule(step)) for step in range(steps + 1)]
    print(f"pct_start {share}: first {rates[share][0]:.3g}, highest {max(rates[share]):.3g}, last {rates[share][-1]:.3g}")
ends = [float(optax.linear_onecycle_schedule(steps, peak, 0.3, final)(steps)) for final in (0.99, 1.0)]
print(f"linear, pct_final 0.99 and 1: last {ends[0]:.3g} and {ends[1]:.3g}")

near = lambda found, expected: abs(found / expected - 1) < 1e-5
assert near(max(rates[0.99]), peak)
assert near(max(rates[1.0]), peak / 25) and max(rates[1.0]) == rates[1.0][0]
assert near(rates[1.0][-1], peak / 25 / 25 / 1e4)
assert near(ends[0], peak / 25 / 1e4) and near(ends[1], peak / 1e4)
PYTHON
