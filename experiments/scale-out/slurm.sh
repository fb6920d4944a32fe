#!/usr/bin/env bash
#SBATCH --job-name=sec6_5
#SBATCH --array=0-99
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=01:00:00
#SBATCH --requeue
# Trains one point per array task:
#
#   experiments/scale-out/points.sh 100 > points.tsv
#   sbatch --export=ALL,POINTS=$PWD/points.tsv,FOLDER=$PWD/sweep,MNIST_DIR=... slurm.sh
#
# At its time limit a task gets SIGTERM, ends its epoch and exits within 30 s with 143. To run the tasks
# without a `done` line again: sbatch --array=NUMBERS.
set -euo pipefail
mkdir -p "$FOLDER"
IFS=$'\t' read -r number lr weight_decay < <(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$POINTS")
exec "${BINARY:-sec6_5_hyperparameters}" trial --json --epochs "${EPOCHS:-50}" \
  --number "$number" --lr "$lr" --weight-decay "$weight_decay" >"$FOLDER/$number.jsonl"
