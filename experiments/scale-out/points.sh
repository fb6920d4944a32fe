#!/usr/bin/env bash
# Draws points of the notebook's space: number, lr and weight decay, a line each.
#
#   points.sh COUNT [SEED] > points.tsv
set -euo pipefail
awk -v count="${1:?how many}" -v seed="${2:-0}" 'BEGIN {
  srand(seed + 1)  # mawk has srandom, which takes 0 for 1
  for (i = 0; i < count; i++)
    printf "%d\t%.17g\t%.17g\n", i, 10 ^ (-6 + 4 * rand()), 10 ^ (-8 + 4 * rand())
}'
