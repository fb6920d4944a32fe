#!/usr/bin/env bash
# Trains the points of a file with GNU parallel. Called again, it runs what has failed or is missing.
#
#   parallel.sh points.tsv FOLDER [FLAGS OF parallel]      for example -j 4, or --sshloginfile hosts
#
# FOLDER gets NUMBER.jsonl for each point, the job log, and the points and epochs that it is for; the points
# are then printed, best first. With other points or epochs the folder is refused; more points may follow at the
# end of the file. BINARY is the program, EPOCHS the epochs of a trial.
#
# With -k (--keep-order) parallel logs a trial only when all before it have ended: after a sweep that was stopped,
# trials that had ended but were not logged are run again. Leave it out; the table is sorted anyway.
set -euo pipefail
points=${1:?points.tsv} folder=${2:?a folder for the results} epochs=${EPOCHS:-50}
shift 2
flags=$*

# What the folder has is not trained again: it must be what is asked for.
refuse() { # FOUND EXPECTED [THE COMMAND THAT GOES ON]
  {
    echo "parallel.sh: $folder holds another sweep; nothing was run or changed"
    echo "  found:    $1"
    echo "  expected: $2"
    echo "to train in a folder of its own: EPOCHS=$epochs $0 $points ANOTHER_FOLDER $flags"
    [ -z "${3:-}" ] || echo "to go on with what is there:     $3"
  } >&2
  exit 2
}
if [ -e "$folder/points.tsv" ]; then
  kept=$(cat "$folder/epochs")
  go_on="EPOCHS=$kept $0 $folder/points.tsv $folder $flags"
  [ "$kept" = "$epochs" ] || refuse "EPOCHS=$kept in $folder/epochs" "EPOCHS=$epochs" "$go_on"
  line=$(awk 'FILENAME == ARGV[1] { asked[FNR] = $0; next } $0 != asked[FNR] { print FNR; exit }' \
    "$points" "$folder/points.tsv")
  at() { echo "line $line of $1: $(sed -n "${line}p" "$1" | grep . || echo nothing)"; }
  [ -z "$line" ] || refuse "$(at "$folder/points.tsv")" "$(at "$points")" "$go_on"
elif [ -e "$folder/joblog" ] || compgen -G "$folder/*.jsonl" >/dev/null; then
  refuse "trials, but no points.tsv that says of which points" "an empty folder, or one of this script"
fi
mkdir -p "$folder"
echo "$epochs" >"$folder/epochs"
cp "$points" "$folder/points.new"
mv "$folder/points.new" "$folder/points.tsv"

status=0
parallel "$@" --colsep '\t' --joblog "$folder/joblog" --resume-failed \
  "${BINARY:-sec6_5_hyperparameters} trial --json --epochs $epochs \
    --number {1} --lr {2} --weight-decay {3} > $folder/{1}.jsonl" :::: "$folder/points.tsv" || status=$?
grep -h '"event":"done"' "$folder"/*.jsonl |
  sed -E 's/.*"number":([0-9]+).*"lr":([^,]+).*"weight_decay":([^,]+).*"value":([^,}]+).*/\4 trial \1 lr \2 weight_decay \3/' |
  sort -rn
exit "$status"
