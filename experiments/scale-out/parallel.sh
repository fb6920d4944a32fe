#!/usr/bin/env bash
# Trains the points of a file with GNU parallel. Run again, it trains the points that failed or are missing.
#
#   parallel.sh points.tsv FOLDER [FLAGS OF parallel]      for example -j 4, or --sshloginfile hosts
#
# Writes into FOLDER: NUMBER.jsonl for each point, the job log, the points and the number of epochs. Then prints
# the points, best first. A folder with other points or epochs is refused; points may be added at the end of the
# file. BINARY is the program, EPOCHS the number of epochs of a trial.
#
# Do not use -k (--keep-order): parallel then logs a trial only after all trials before it, so that a stopped
# sweep runs trials again that had ended. The table is sorted in any case.
set -euo pipefail
points=${1:?points.tsv} folder=${2:?a folder for the results} epochs=${EPOCHS:-50}
shift 2
flags=$*

# The results in the folder are not trained again, so they must belong to this sweep.
refuse() { # FOUND EXPECTED [COMMAND THAT RESUMES]
  {
    echo "parallel.sh: $folder holds another sweep; nothing was run or changed"
    echo "  found:    $1"
    echo "  expected: $2"
    echo "to use another folder:      EPOCHS=$epochs $0 $points ANOTHER_FOLDER $flags"
    [ -z "${3:-}" ] || echo "to resume the sweep in it:  $3"
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
  refuse "trials, but no points.tsv with their points" "an empty folder, or one of this script"
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
