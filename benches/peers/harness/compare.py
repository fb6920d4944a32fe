"""The whole comparison: rounds of every case by turns, then the record. Called by run.sh."""

import argparse
import copy
import csv
import math
import os
import re
import signal
import sys
import time
from pathlib import Path

import machine
import report
from cases import ALIKE, ONE, WORKLOADS, ours, peers
from measure import Failed, run


class Comparison:
    def __init__(self, args):
        self.args = args
        self.start = time.monotonic()
        self.cores = min(2, len(os.sched_getaffinity(0)))
        cases = ours(args.cache, self.cores) + peers(args.cache, self.cores, args.share)
        wanted = re.compile(args.only)
        order = [name for name, _ in WORKLOADS]
        place = lambda case: order.index(case.workload) if case.workload in order else len(order)
        self.cases = sorted((c for c in cases if wanted.search(f"{c.who} {c.workload} {c.precision}")),
                            key=place)
        self.rows, self.failures, self.dropped = [], {}, set()
        self.took = {}

    def left(self):
        return self.args.minutes * 60 - (time.monotonic() - self.start)

    def try_threads(self):
        """Tries the peers' thread counts on a twentieth of the work; the slower count drops out, but for
        one network on one thread, which ours is compared with."""
        groups = {}
        for case in self.cases:
            if not case.ours:
                groups.setdefault(case.key()[:3], []).append(case)
        best = {}
        core = machine.quiet_core()
        for (who, workload, precision), group in groups.items():
            times = {}
            for case in group if len(group) > 1 and workload not in ALIKE else []:
                trial = copy.copy(case)
                trial.command = case.command[:-1] + [0.05 * self.args.share]
                try:
                    times[case.threads] = run(trial, core)["seconds"]
                except Failed as failure:
                    self.fails(case, failure)
            if times:
                best[who, workload, precision] = min(times, key=times.get)
                tried = ", ".join(f"{n}: {t:.2f} s" for n, t in times.items())
                print(f"threads of {who}, {workload}, {precision}: {tried}", flush=True)
        for case in self.cases:
            like = (case.who, ALIKE.get(case.workload, case.workload), case.precision)
            one = case.threads == 1 and case.workload in ONE
            if not case.ours and best.get(like, case.threads) != case.threads and not one:
                self.dropped.add(case.key())

    def fails(self, case, failure):
        if case.key() not in self.failures:
            print(f"FAILED: {failure}", file=sys.stderr, flush=True)
        self.failures[case.key()] = str(failure)

    def round(self, number):
        """Every case once, workload by workload, in an order that turns from round to round."""
        by_workload = {}
        for case in self.cases:
            slow = number >= math.ceil(self.args.rounds * case.part)
            if case.key() not in self.dropped and case.key() not in self.failures and not slow:
                by_workload.setdefault(case.workload, []).append(case)
        core = machine.quiet_core()
        for workload, cases in by_workload.items():
            turn = number % len(cases)
            for case in cases[turn:] + cases[:turn]:
                if self.took.get(case.key(), 0) > self.left():
                    continue
                try:
                    row = run(case, core)
                except Failed as failure:
                    self.fails(case, failure)
                    continue
                self.took[case.key()] = row["wall_seconds"]
                self.rows.append({"round": number + 1, **row})
                print(f"round {number + 1} {workload:13} {case.who:17} {case.precision} "
                      f"{case.threads} threads: {row['seconds']:8.3f} s", flush=True)

    def write(self, facts, whole):
        out = self.args.out
        out.mkdir(parents=True, exist_ok=True)
        name = f"{time.strftime('%Y-%m-%d')}-{machine.cpu_slug()}"
        if self.rows:
            with open(out / f"{name}.csv", "w", newline="") as file:
                writer = csv.DictWriter(file, self.rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(self.rows)
        minutes = (time.monotonic() - self.start) / 60
        text = report.text(self.rows, facts, self.failures, minutes, self.args)
        (out / f"{name}.md").write_text(text)
        if whole:
            machine.growth(self.args.cache, out, f"{name}-growth")
        print(f"\n{text}\nwritten to {out / name}.md and .csv", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--only", default="")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    comparison = Comparison(args)
    facts = machine.facts(args.cache)
    whole = True
    try:
        comparison.try_threads()
        for number in range(args.rounds):
            if comparison.left() <= 0:
                break
            comparison.round(number)
    except KeyboardInterrupt:
        print("interrupted: the record holds what was measured so far", file=sys.stderr)
        whole = False
    comparison.write(machine.again(args.cache, facts) if whole else facts, whole)
    sys.exit(130 if not whole else 1 if comparison.failures else 0)


if __name__ == "__main__":
    main()
