#!/usr/bin/env bash
# Draws random points of the notebook's space, one per line: number, lr, weight decay.
#
#   points.sh COUNT [SEED] > points.tsv
set -euo pipefail
awk -v count="${1:?how many}" -v seed="${2:-0}" 'BEGIN {
  srand(seed + 1)  # mawk treats seed 0 like seed 1
  for (i = 0; i < count; i++)
    printf "%d\t%.17g\t%.17g\n", i, 10 ^ (-6 + 4 * rand()), 10 ^ (-8 + 4 * rand())
}'
