"""Runs the searches of run.sh by turns, and prints a table of their times."""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("ours", type=pathlib.Path)
parser.add_argument("--trials", default="100,400")
parser.add_argument("--rounds", type=int, default=3)
args = parser.parse_args()
PEER = pathlib.Path(__file__).with_name("peer.py")
CORES = len(os.sched_getaffinity(0))
NAMES = {"ours": "here", "optuna": "Optuna, `GPSampler`", "skopt": "scikit-optimize, `gp_minimize`"}


def ours(trials):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    regret = subprocess.check_output([args.ours, str(trials)], text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return processor, wall, float(regret)


def peer(who, trials):
    out = subprocess.check_output([sys.executable, PEER, who, str(trials)], text=True)
    return tuple(map(float, out.split()))


print(f"{CORES} cores, medians of {args.rounds} rounds\n")
print("| trials | search | wall s | processor s | above the minimum | processor s / ours |")
print("|---|---|---|---|---|---|")
for trials in map(int, args.trials.split(",")):
    rounds = [{who: ours(trials) if who == "ours" else peer(who, trials) for who in NAMES} for _ in range(args.rounds)]
    for who, name in NAMES.items():
        processor, wall, regret = (statistics.median(one[who][k] for one in rounds) for k in range(3))
        ratio = statistics.median(one[who][0] / one["ours"][0] for one in rounds)
        print(f"| {trials} | {name} | {wall:.2f} | {processor:.2f} | {regret:.2g} | {ratio:.1f} |", flush=True)
