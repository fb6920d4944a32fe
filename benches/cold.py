"""Times README's two commands from nothing, in this revision and an earlier one. Called by cold.sh."""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE.parent
sys.path.append(str(HERE / "peers/harness"))

from machine import cpu, cpu_slug

HELP = """Times README's two commands from nothing in HEAD, without what is not committed, and in an earlier REVISION.

Both are cloned into temporary folders. In each round each of them, by turns, loses its `target`, builds and runs
`cargo run -p experiments --bin sec6_3_batchnorm`, then `cargo test --workspace`. Downloads from crates.io are made
before, and variables that change a build (RUSTFLAGS, CARGO_INCREMENTAL, CARGO_PROFILE_... and the like) are not
passed on. MNIST comes from MNIST_DIR, if that is set; else the first command downloads it within its time.

Prints a table in Markdown: seconds, processor seconds, crates compiled, size of `target`, heaviest units."""

# What would make these builds or runs others than a reader's.
CHANGES_A_BUILD = re.compile(r"RUSTFLAGS|RUSTDOCFLAGS|RUSTC|MNIST_DIR$|"
                             "CARGO_(INCREMENTAL|ENCODED|TARGET|BUILD|PROFILE|TERM)")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not CHANGES_A_BUILD.match(name)}

SECTION = ["cargo", "run", "-p", "experiments", "--bin", "sec6_3_batchnorm"]
# A report of the units is written after the build and costs nothing.
COMMANDS = {"first": [*SECTION, "--timings"], "test": ["cargo", "test", "--workspace", "--timings"],
            "edit": [*SECTION, "--", "--help"], "gate": [".ci/run"]}
TITLES = {"first": "`cargo run -p experiments --bin sec6_3_batchnorm`, from nothing",
          "test": "`cargo test --workspace`, after it",
          "edit": "a number changed in the section, until it runs again",
          "gate": "`.ci/run`, from nothing"}
# What is measured of each, in the order of its rows.
ROWS = {"seconds": "seconds", "processor": "processor seconds", "crates": "crates compiled", "mib": "`target`, MiB"}
OF_A_BUILD = ("first", "test")


def git(folder, *words):
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"git {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout.strip()


def heaviest(folder, count=10):
    """The units of the last build that took longest: (seconds, name)."""
    report = (folder / "target/cargo-timings/cargo-timing.html").read_text()
    units = json.loads(re.search(r"UNIT_DATA = (\[.*?\]);", report, re.S)[1])
    return sorted(((unit["duration"], unit["name"] + unit["target"]) for unit in units), reverse=True)[:count]


class Checkout:
    def __init__(self, folder, revision):
        git(WORKSPACE, "clone", "--quiet", "--no-checkout", WORKSPACE, folder)
        git(folder, "checkout", "--quiet", "--detach", revision)
        self.folder, self.name = folder, git(folder, "rev-parse", "--short", "HEAD")
        self.about = git(folder, "log", "-1", "--format=%h of %cs")
        self.found, self.units = {}, {}
        if os.environ.get("MNIST_DIR"):
            shutil.copytree(os.environ["MNIST_DIR"], folder / "data/mnist")
        self.run(["cargo", "fetch", "--locked"])

    def run(self, command):
        """Runs it and ends the program if it fails: seconds, processor seconds, output."""
        def processor():
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

        start, used = time.perf_counter(), processor()
        done = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        seconds, used = time.perf_counter() - start, processor() - used
        if done.returncode:
            end = "\n".join(done.stdout.splitlines()[-40:])
            sys.exit(f"{end}\n\n`{' '.join(command)}` failed in {self.name}, exit {done.returncode}; "
                     "its last lines are above")
        return seconds, used, done.stdout

    def measure(self, what):
        seconds, processor, output = self.run(COMMANDS[what])
        found = self.found.setdefault(what, {})
        found.setdefault("seconds", []).append(seconds)
        found.setdefault("processor", []).append(processor)
        if what in OF_A_BUILD:
            size = subprocess.run(["du", "-sk", self.folder / "target"], check=True, capture_output=True, text=True)
            found.setdefault("crates", []).append(len(re.findall(r"^ *Compiling ", output, re.M)))
            found.setdefault("mib", []).append(int(size.stdout.split()[0]) / 1024)
            self.units[what] = heaviest(self.folder)
        print(f"{self.name} {what}: {seconds:.1f} s, {processor:.1f} s of processor", file=sys.stderr, flush=True)

    def from_nothing(self, parts):
        if (self.folder / "target").exists():
            shutil.rmtree(self.folder / "target")
        for what in parts:
            self.measure(what)

    def edit(self, number):
        """Makes the section train for `number` epochs."""
        path = self.folder / "experiments/src/bin/sec6_3_batchnorm/main.rs"
        text, count = re.subn(r"(run|lab)\.scaled\(\d+, 3\)", rf"\1.scaled({number}, 3)", path.read_text())
        if count != 1:
            sys.exit(f"{path.relative_to(self.folder)} of {self.name} has no single `scaled(20, 3)` to change")
        path.write_text(text)


def measure(checkouts, parts, rounds):
    turns = [checkouts[::-1] if number % 2 else checkouts for number in range(rounds)]
    builds = [what for what in OF_A_BUILD if what in parts]
    # The tests come after the first command, as for a reader, when they are all that is asked for too.
    for turn in turns if builds else []:
        for checkout in turn:
            checkout.from_nothing(OF_A_BUILD[:OF_A_BUILD.index(builds[-1]) + 1])
    if "edit" in parts:
        for checkout in checkouts:
            checkout.run(COMMANDS["edit"])
        for number, turn in enumerate(turns):
            for checkout in turn:
                checkout.edit(21 + number)
                checkout.measure("edit")
    if "gate" in parts:
        for checkout in checkouts:
            git(checkout.folder, "checkout", "--quiet", "--", ".")
            checkout.from_nothing(["gate"])


def spread(values, digits):
    text = f"{median(values):.{digits}f}"
    return text if min(values) == max(values) else f"{text} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def record(new, old, parts, rounds, load):
    rustc = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    gate = ", the gate once" if "gate" in parts else ""
    lines = [f"# From nothing, {time.strftime('%Y-%m-%d')}, {cpu()}", "",
             f"{new.about} beside {old.about}: {len(os.sched_getaffinity(0))} cores, {rustc}; medians (ranges), "
             f"rounds: {rounds}{gate}; load before {load:.2f}. Written by `benches/cold.sh`; what is measured stands in "
             "[../README.md](../README.md).", ""]
    if load > 0.5:
        lines += ["**The machine was not idle before: times are unreliable.**", ""]
    lines += [f"| | | {old.name} | {new.name} | new / old |", "|---|---|---|---|---|"]
    for what in parts:
        title = TITLES[what]
        for row, unit in ROWS.items():
            if row in new.found[what]:
                before, after = old.found[what][row], new.found[what][row]
                digits = 0 if row in ("crates", "mib") else 1
                lines.append(f"| {title} | {unit} | {spread(before, digits)} | {spread(after, digits)} "
                             f"| {median(after) / median(before):.2f} |")
                title = ""
    for what in parts:
        if what in OF_A_BUILD:
            lines += ["", f"## The heaviest units: {TITLES[what]}", "", "As `--timings` tells them in the last round.",
                      "", f"| {old.name} | s | {new.name} | s |", "|---|---|---|---|"]
            lines += [f"| {before} | {a:.1f} | {after} | {b:.1f} |"
                      for (a, before), (b, after) in zip(old.units[what], new.units[what])]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="benches/cold.sh", description=HELP,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", nargs="?", default="8611847", metavar="REVISION",
                        help="what HEAD is compared with (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default: %(default)s)")
    parser.add_argument("--edit", action="store_true",
                        help="measure too how long it takes from a changed number until the program runs again")
    parser.add_argument("--gate", action="store_true", help="measure .ci/run from nothing too, once")
    parser.add_argument("--only", choices=TITLES, action="append",
                        help="measure this alone, or with others given so; `test` still comes after the first command")
    parser.add_argument("--record", action="store_true", help="keep the table in benches/record/DATE-PROCESSOR-cold.md")
    args = parser.parse_args()
    if args.only:
        parts = [what for what in TITLES if what in args.only]
    else:
        parts = [*OF_A_BUILD, *(["edit"] if args.edit else []), *(["gate"] if args.gate else [])]

    # A branch of this clone has another name in its clones.
    head, earlier = (git(WORKSPACE, "rev-parse", "--verify", f"{name}^{{commit}}") for name in ("HEAD", args.revision))
    # So that the clones, gigabytes with what was built, do not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="cold-") as folder:
        new, old = Checkout(Path(folder) / "new", head), Checkout(Path(folder) / "old", earlier)
        measure([old, new], parts, args.rounds)
        text = record(new, old, parts, args.rounds, load)
    print(text, end="")
    if args.record:
        path = HERE / "record" / f"{time.strftime('%Y-%m-%d')}-{cpu_slug()}-cold.md"
        path.write_text(text)
        print(f"written to {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
