"""Runs the sections under wine, whose numbers must equal the published ones, and kills runs; see run.sh.

    python3 check.py FOLDER_OF_WINDOWS_PROGRAMS KILLS
"""
import json
import random
import subprocess
import sys
import time
from pathlib import Path

WINE = "/usr/lib/wine/wine64"
SECTIONS = sorted(folder.name for folder in Path(__file__).resolve().parents[2].glob("src/bin/sec*"))
FLAGS = ["--quick", "--dataset", "synthetic", "--quiet"]


def run(command, out, *more):
    """Starts a run and returns its process. Its errors go to a file: wine's services would keep a pipe open."""
    with open("errors", "w") as errors:
        return subprocess.Popen([*command, *FLAGS, "--out", out, *more], stdout=subprocess.DEVNULL, stderr=errors)


def succeed(command, out, *more):
    if code := run(command, out, *more).wait():
        sys.exit(f"{command[-1]} {' '.join(more)}: exit {code}: {Path('errors').read_text()}")


def files(out):
    """The files of whole results, of which the manifest has times."""
    json.loads(Path(out, "manifest.json").read_bytes())
    paths = [path for path in Path(out).rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(out)): path.read_bytes() for path in paths}


def kill(command, kills):
    """Kills runs at random times: old results or new ones, whole, and nothing left after the next run."""
    folder = Path("killed")
    folder.mkdir()
    out = folder / "out"
    whole, took = {}, 0.0
    for seed in ("1", "2"):
        started = time.monotonic()
        succeed(command, out, "--seed", seed)
        whole[seed], took = files(out), time.monotonic() - started
    rng = random.Random(1)
    now, ends = "2", {"old": 0, "new": 0, "between the two renames": 0, "too late": 0}
    while sum(ends.values()) - ends["too late"] < kills:
        seed = "1" if now == "2" else "2"
        process = run(command, out, "--seed", seed)
        # Half of them while files are written.
        time.sleep(took * rng.uniform(rng.choice([0.0, 0.6]), 1.0))
        process.kill()
        process.wait()
        end = "new"
        if not out.exists():
            # The next run puts the old results back before it trains.
            restoring = run(command, out, "--seed", now)
            while restoring.poll() is None and not out.exists():
                time.sleep(0.001)
            restoring.kill()
            restoring.wait()
            end = "between the two renames"
        found = files(out)
        ended = process.returncode == 0
        if found == whole[now] and not ended:
            end = "old" if end == "new" else end
        elif found == whole[seed] and end == "new":
            now = seed
        else:
            sys.exit(f"after kill {ends}: neither the old results nor the new ones")
        ends["too late" if ended else end] += 1
        if len(left := list(folder.iterdir())) > 4:
            sys.exit(f"after kill {ends}: more than a draft is left: {left}")
    succeed(command, out, "--seed", "1")
    if files(out) != whole["1"] or [path.name for path in folder.iterdir()] != ["out"]:
        sys.exit(f"the next run left {list(folder.iterdir())}")
    print(f"{kills} kills: {ends}; whole each time, and nothing left after the next run", flush=True)


def main(programs, kills):
    for section in SECTIONS:
        for precision in ("f32", "f64"):
            succeed([WINE, Path(programs, f"{section}.exe")], "verified", "--verify", "--precision", precision)
            print(f"{section}, {precision}: all numbers equal the published ones", flush=True)
    kill([WINE, Path(programs, "sec6_3_batchnorm.exe")], int(kills))


main(*sys.argv[1:])
