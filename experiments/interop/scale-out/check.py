"""Runs four workers on a PostgreSQL study and kills one; then measures trials per minute with 1, 2 and 4 workers."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import warnings

import optuna
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState

binary, storage = sys.argv[1:]
drive = pathlib.Path(__file__).parents[2] / "scale-out/drive.py"
optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def sweep(action, study, trials, epochs, *more):
    command = [sys.executable, drive, action, f"--storage={storage}", f"--study={study}"]
    command += [f"--binary={binary}", f"--trials={trials}", f"--epochs={epochs}", *more]
    return subprocess.Popen(command)


print("== Optuna and PostgreSQL: four workers, one of them killed", flush=True)
assert sweep("create", "killed", 0, 1).wait() == 0
workers = [sweep("work", "killed", 24, 50, "--heartbeat=1", f"--seed={i}") for i in range(4)]
study = optuna.load_study(study_name="killed", storage=storage)
victim = None
while victim is None:
    time.sleep(0.05)
    assert all(worker.poll() is None for worker in workers), "a worker ended too early"
    pids = {worker.pid for worker in workers}
    ready = [t for t in study.trials if t.state == TrialState.RUNNING and t.number >= 4 and t.intermediate_values]
    victim = next((t for t in ready if t.user_attrs.get("worker") in pids), None)
os.kill(victim.user_attrs["worker"], signal.SIGKILL)
codes = sorted(worker.wait(timeout=600) for worker in workers)
assert codes == [-9, 0, 0, 0], codes
trials = study.trials
assert [t.number for t in trials] == list(range(len(trials))), "numbers are missing or repeated"
assert trials[victim.number].state == TrialState.FAIL
again = [t for t in trials if RetryHeartbeatStaleTrialCallback.retried_trial_number(t) == victim.number]
assert again and again[-1].params == victim.params, "the killed trial was not run again"
assert again[-1].state in (TrialState.COMPLETE, TrialState.PRUNED)
ended = [t.state for t in trials if t.state in (TrialState.COMPLETE, TrialState.PRUNED)]
assert len(ended) >= 24 and len(ended) + 1 == len(trials), [t.state for t in trials]
complete = ended.count(TrialState.COMPLETE)
print(
    f"{len(trials)} trials: {complete} complete, {len(ended) - complete} pruned, 1 failed; "
    f"trial {victim.number} was killed and run again as {again[-1].number}; best {study.best_value}"
)

print("== trials per minute, 50 epochs, on", os.cpu_count(), "cores", flush=True)
for workers in (1, 2, 4):
    begin = time.monotonic()
    name = f"speed-{workers}"
    assert sweep("run", name, 24, 50, f"--workers={workers}", "--heartbeat=2").wait() == 0
    count = len(optuna.load_study(study_name=name, storage=storage).trials)
    seconds = time.monotonic() - begin
    print(f"{workers} workers: {count} trials in {seconds:.1f} s, {60 * count / seconds:.0f} per minute", flush=True)
