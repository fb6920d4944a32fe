#!/usr/bin/env bash
# Tests the scripts of experiments/scale-out on one machine: Optuna with a private PostgreSQL, and GNU
# parallel. One of four workers is killed; fails unless every trial number occurs once, the killed trial
# was run again and the sweep is complete. Prints trials per minute with 1, 2 and 4 workers.
#
#   experiments/interop/scale-out/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs Debian (postgresql and parallel are installed if missing, as root) and python3 with venv.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venv=${1:-${TMPDIR:-/tmp}/sec6_5-with-optuna}
need() { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; }
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need postgresql
command -v parallel >/dev/null || need parallel
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet "optuna>=4.9" psycopg2-binary
cargo build -q -p experiments --bin sec6_5_hyperparameters
BINARY=$(cargo metadata --format-version 1 --no-deps | "$venv/bin/python" -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/sec6_5_hyperparameters
export BINARY
python=$venv/bin/python
work=$(mktemp -d)
postgres=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
# initdb refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$work" && chmod 755 "$work" && as=(runuser -u postgres --); fi
stop() {
  "${as[@]}" "$postgres/pg_ctl" -D "$work/db" -m immediate -s stop || true
  rm -rf "$work"
}
trap stop EXIT
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$work" && "${as[@]}" "$postgres/initdb" -D "$work/db" -U sweep -A trust >/dev/null)
(cd "$work" && "${as[@]}" "$postgres/pg_ctl" -D "$work/db" -s -w -l "$work/db/log" \
  -o "-h 127.0.0.1 -p $port -k $work/db" start)

"$python" "$here/check.py" "$BINARY" "postgresql+psycopg2://sweep@127.0.0.1:$port/postgres"

echo "== GNU parallel: one of the trainings is killed"
out=$(mktemp -d -p "$work")
experiments/scale-out/points.sh 12 > "$work/points.tsv"
EPOCHS=2000 experiments/scale-out/parallel.sh "$work/points.tsv" "$out" -j 4 >/dev/null 2>&1 &
sweep=$!
victim=
for _ in $(seq 100); do
  sleep 0.1
  victim=$(pgrep -f "^$BINARY trial .*--epochs 2000 --number 2 " | head -1) && break || true
done
kill -KILL "${victim:?no training was found}"
if wait "$sweep"; then echo "parallel did not notice"; exit 1; fi
ended() { grep -l '"event":"done"' "$out"/*.jsonl | wc -l; }
[ "$(ended)" = 11 ] || { echo "expected 11 of 12 to be done, found $(ended)"; exit 1; }
EPOCHS=2000 experiments/scale-out/parallel.sh "$work/points.tsv" "$out" -j 4 >"$work/table"
[ "$(ended)" = 12 ] && [ "$(wc -l <"$work/table")" = 12 ] || { echo "not complete"; exit 1; }
[ "$(awk 'NR > 1' "$out/joblog" | wc -l)" = 13 ] || { echo "other trials than the killed one were run again"; exit 1; }
echo "12 of 12 done, the killed one run again; best: $(head -1 "$work/table")"

echo "== GNU parallel: the same folder with other points, other epochs, and more points"
refused() { # EPOCHS POINTS EXPECTED_MESSAGE
  if EPOCHS=$1 experiments/scale-out/parallel.sh "$2" "$out" -j 4 >"$work/table" 2>"$work/said"; then
    echo "$2 with $1 epochs was not refused"; exit 1
  fi
  [ ! -s "$work/table" ] && grep -qF "$3" "$work/said" && grep -qF "ANOTHER_FOLDER -j 4" "$work/said" ||
    { echo "the message lacks \"$3\":"; cat "$work/said" "$work/table"; exit 1; }
}
points() { experiments/scale-out/points.sh "$@"; }
points 12 1 >"$work/other.tsv" && refused 2000 "$work/other.tsv" "line 1 of $out/points.tsv: 0	"
points 9 >"$work/fewer.tsv" && refused 2000 "$work/fewer.tsv" "line 10 of $work/fewer.tsv: nothing"
refused 50 "$work/points.tsv" "EPOCHS=2000 experiments/scale-out/parallel.sh $out/points.tsv $out -j 4"
[ "$(ended)" = 12 ] || { echo "a refused sweep changed the folder"; exit 1; }
points 14 >"$work/more.tsv"
EPOCHS=2000 experiments/scale-out/parallel.sh "$work/more.tsv" "$out" -j 4 >"$work/table"
[ "$(ended)" = 14 ] && [ "$(wc -l <"$work/table")" = 14 ] && [ "$(wc -l <"$out/joblog")" = 16 ] ||
  { echo "expected exactly the two added points to be trained"; exit 1; }
rm "$out/points.tsv" && refused 2000 "$work/more.tsv" "no points.tsv"
echo "other points and other epochs refused; of 14 points the 2 new ones trained"
