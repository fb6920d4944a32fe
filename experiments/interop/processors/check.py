"""Trains here and on an emulated processor without fused multiply-adds, and compares the losses; see run.sh.

    python3 check.py SEC6_5_HYPERPARAMETERS
"""
import json
import subprocess
import sys

TOLERANCE = 1e-4
FLAGS = ["trial", "--json", "--dataset", "synthetic", "--epochs", "10"]


def losses(*command):
    # qemu warns of every instruction that it cannot emulate; only a failure is worth reading.
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {run.returncode}: {run.stderr}")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert lines[-1]["event"] == "done" and len(lines) == 11, lines[-1]
    return [line["train_loss"] for line in lines[:-1]]


def main(binary):
    far = False
    for precision in ("f32", "f64"):
        for settings in (["--optimizer=sgd", "--lr=0.01"], ["--optimizer=adam", "--lr=0.001", "--batch-norm"]):
            command = [binary, *FLAGS, f"--precision={precision}", *settings]
            here = losses(*command)
            there = losses("qemu-x86_64", "-cpu", "Nehalem", *command)
            apart = [abs(a - b) / abs(a) for a, b in zip(here, there)]
            far |= not apart[0] <= TOLERANCE
            print(f"{precision} {' '.join(settings)} Nehalem: first epoch {apart[0]:.1e}, "
                  f"up to the tenth {max(apart):.1e}")
    if far:
        sys.exit(f"losses of the first epoch differ by more than {TOLERANCE}")


main(sys.argv[1])
