#!/usr/bin/env bash
# Trains the points of a file with GNU parallel. Called again, it runs what has failed or is missing.
#
#   parallel.sh points.tsv FOLDER [FLAGS OF parallel]      for example -j 4, or --sshloginfile hosts
#
# FOLDER gets NUMBER.jsonl for each point and the job log; the points are then printed, best first.
# BINARY is the program, EPOCHS the epochs of a trial.
set -euo pipefail
points=${1:?points.tsv} folder=${2:?a folder for the results}
shift 2
mkdir -p "$folder"
status=0
parallel "$@" --colsep '\t' --joblog "$folder/joblog" --resume-failed \
  "${BINARY:-sec6_5_hyperparameters} trial --json --epochs ${EPOCHS:-50} \
    --number {1} --lr {2} --weight-decay {3} > $folder/{1}.jsonl" :::: "$points" || status=$?
grep -h '"event":"done"' "$folder"/*.jsonl |
  sed -E 's/.*"number":([0-9]+).*"lr":([^,]+).*"weight_decay":([^,]+).*"value":([^,}]+).*/\4 trial \1 lr \2 weight_decay \3/' |
  sort -rn
exit "$status"
