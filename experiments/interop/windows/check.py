"""Runs the sections here and under wine, compares their numbers, and kills runs under wine; see run.sh.

    python3 check.py FOLDER_OF_PROGRAMS FOLDER_OF_WINDOWS_PROGRAMS KILLS
"""
import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

WINE = "/usr/lib/wine/wine64"
SECTIONS = ["sec6_1_optimizers", "sec6_2_weight_init", "sec6_3_batchnorm", "sec6_4_regularization",
            "sec6_5_hyperparameters"]
FLAGS = ["--quick", "--dataset", "synthetic", "--quiet"]


def run(command, out, *more):
    """Starts a run and returns its process. Its errors go to a file: wine's services would keep a pipe open."""
    with open("errors", "w") as errors:
        return subprocess.Popen([*command, *FLAGS, "--out", out, *more], stdout=subprocess.DEVNULL, stderr=errors)


def succeed(command, out, *more):
    if code := run(command, out, *more).wait():
        sys.exit(f"{command[-1]}: exit {code}: {Path('errors').read_text()}")


def numbers(out):
    with open(Path(out, "metrics.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    return {tuple(row[name] for name in ("part", "series", "seed", "step", "metric")): row["value"] for row in rows}


def equal(section, here, there):
    """Whether the numbers of a section are the same; prints which are not."""
    succeed([here / section], f"{section}-here")
    succeed([WINE, there / f"{section}.exe"], f"{section}-wine")
    ours, theirs = Path(f"{section}-here/metrics.csv"), Path(f"{section}-wine/metrics.csv")
    if ours.read_bytes() == theirs.read_bytes():
        print(f"{section}: metrics.csv is equal to the byte, {len(numbers(ours.parent))} numbers", flush=True)
        return True
    ours, theirs = numbers(ours.parent), numbers(theirs.parent)
    apart = {}
    for key in ours.keys() | theirs.keys():
        a, b = ours.get(key), theirs.get(key)
        if a != b:
            far = abs(float(a) - float(b)) / max(abs(float(a)), 1e-300) if a and b else float("inf")
            apart.setdefault((key[0], key[4]), []).append(far)
    print(f"{section}: {sum(map(len, apart.values()))} of {len(ours)} numbers differ", flush=True)
    for (part, metric), far in sorted(apart.items()):
        print(f"    {part}, {metric}: {len(far)}, relative difference up to {max(far):.1e}")
    return False


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


def main(here, there, kills):
    here, there = Path(here), Path(there)
    alike = [equal(section, here, there) for section in SECTIONS]
    kill([WINE, there / "sec6_3_batchnorm.exe"], int(kills))
    if not all(alike):
        sys.exit("numbers differ")


main(*sys.argv[1:])
