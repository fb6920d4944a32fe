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
from cases import ONE, SECTIONS, ours, peers
from measure import Failed, run


class Comparison:
    def __init__(self, args):
        self.args = args
        self.start = time.monotonic()
        self.cores = min(2, len(os.sched_getaffinity(0)))
        cases = ours(args.cache, self.cores) + peers(args.cache, self.cores, args.share)
        wanted = re.compile(args.only)
        self.cases = [c for c in cases if wanted.search(f"{c.who} {c.workload} {c.precision}")]
        self.rows, self.failures, self.dropped = [], {}, set()
        self.took = {}

    def left(self):
        return self.args.minutes * 60 - (time.monotonic() - self.start)

    def try_threads(self):
        """The peers' whole sections are tried on a tenth of the work, with each number of threads; the
        slower number drops out."""
        for group in self.groups(lambda c: c.part < 1 and c.workload in SECTIONS):
            times = {}
            for case in group:
                trial = copy.copy(case)
                trial.command = case.command[:-1] + [0.1 * self.args.share]
                try:
                    times[case.threads] = run(trial)["seconds"]
                except Failed as failure:
                    self.fails(case, failure)
            self.keep_best(group, times)

    def groups(self, wanted):
        """Cases that differ by their threads alone."""
        groups = {}
        for case in self.cases:
            if not case.ours and wanted(case):
                groups.setdefault(case.key()[:3], []).append(case)
        return [group for group in groups.values() if len(group) > 1]

    def keep_best(self, group, times):
        """Drops the slower thread counts, but for one network on one thread, which ours is compared
        with."""
        if not times:
            return
        best = min(times, key=times.get)
        for case in group:
            if case.threads != best and not (case.threads == 1 and case.workload in ONE):
                self.dropped.add(case.key())
        tried = ", ".join(f"{n}: {t:.2f} s" for n, t in times.items())
        print(f"threads of {' '.join(group[0].key()[:3])}: {best} ({tried})", flush=True)

    def drop_slower(self):
        """After the first round, for everything that was not tried before it."""
        first = {(r["who"], r["workload"], r["precision"], r["threads"]): r["seconds"] for r in self.rows}
        for group in self.groups(lambda c: c.key() not in self.dropped):
            self.keep_best(group, {c.threads: first[c.key()] for c in group if c.key() in first})

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
        for workload, cases in by_workload.items():
            turn = number % len(cases)
            for case in cases[turn:] + cases[:turn]:
                if self.took.get(case.key(), 0) > self.left():
                    continue
                try:
                    row = run(case)
                except Failed as failure:
                    self.fails(case, failure)
                    continue
                self.took[case.key()] = row["wall_seconds"]
                self.rows.append({"round": number + 1, **row})
                print(f"round {number + 1} {workload:13} {case.who:17} {case.precision} "
                      f"{case.threads} threads: {row['seconds']:8.3f} s", flush=True)

    def write(self, facts):
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
            if number == 0:
                comparison.drop_slower()
    except KeyboardInterrupt:
        print("interrupted: the record holds what was measured so far", file=sys.stderr)
        whole = False
    comparison.write(machine.again(args.cache, facts) if whole else facts)
    sys.exit(1 if comparison.failures else 0)


if __name__ == "__main__":
    main()
