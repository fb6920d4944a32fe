#!/usr/bin/env python3
"""Searches lr and weight decay of section 6.5 with Optuna, on any number of hosts.

    drive.py create --storage URL               once, before any worker
    drive.py work   --storage URL               on every host, one worker per core
    drive.py run    --storage URL --workers 4   both, on this host

A worker asks Optuna for a trial, trains it with `sec6_5_hyperparameters trial --json`, reports every
epoch, and stops when Optuna prunes the trial. If a worker dies, its heartbeat stops; another worker then
marks its trial as failed and runs the same point again.
"""
import argparse
import json
import os
import subprocess
import sys
import time
import warnings

import optuna
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback, fail_stale_trials
from optuna.trial import TrialState


def open_storage(args):
    return RDBStorage(
        args.storage,
        heartbeat_interval=args.heartbeat,
        grace_period=3 * args.heartbeat,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=3),
    )


def create(args):
    optuna.create_study(
        study_name=args.study,
        storage=open_storage(args),
        direction="maximize",
        pruner=optuna.pruners.MedianPruner(),
        load_if_exists=True,
    )


def objective(args, trial):
    frozen = trial.study.get_trials(deepcopy=False)[trial.number]
    first = RetryHeartbeatStaleTrialCallback.retried_trial_number(frozen)
    number = trial.number if first is None else first
    lr = trial.suggest_float("lr", 1e-6, 1e-2, log=True)
    weight_decay = trial.suggest_float("weight_decay", 1e-8, 1e-4, log=True)
    trial.set_user_attr("worker", os.getpid())
    command = [args.binary, "trial", "--json", f"--lr={lr!r}", f"--weight-decay={weight_decay!r}"]
    command += [f"--number={number}", f"--epochs={args.epochs}", *args.flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        done = None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "done":
                done = event
                continue
            trial.report(event["validation_accuracy"], event["epoch"])
            if trial.should_prune():
                process.terminate()
                process.communicate()
                raise optuna.TrialPruned
    if done is None or process.returncode != 0:
        trial.set_user_attr("exit_code", process.returncode)
        raise RuntimeError(f"the training ended with exit code {process.returncode}")
    return done["value"]


def work(args):
    sampler = optuna.samplers.TPESampler(seed=args.seed, constant_liar=True)
    study = optuna.load_study(
        study_name=args.study,
        storage=open_storage(args),
        sampler=sampler,
        pruner=optuna.pruners.MedianPruner(),
    )
    while True:
        fail_stale_trials(study)
        # A trial whose worker died does not count: it is run again with another number.
        trials = study.get_trials(deepcopy=False)
        counted = [t for t in trials if t.state != TrialState.FAIL or "exit_code" in t.user_attrs]
        if len(counted) < args.trials or any(t.state == TrialState.WAITING for t in trials):
            study.optimize(lambda trial: objective(args, trial), n_trials=1, catch=RuntimeError)
        elif any(t.state == TrialState.RUNNING for t in trials):
            time.sleep(args.heartbeat)
        else:
            return


def run(args):
    create(args)
    command = [sys.executable, __file__, "work", *sys.argv[2:]]
    workers = [subprocess.Popen([*command, f"--seed={i}"]) for i in range(args.workers)]
    codes = [worker.wait() for worker in workers]
    return 0 if any(code == 0 for code in codes) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("action", choices=["create", "work", "run"])
    parser.add_argument("--storage", required=True, help="postgresql+psycopg2://USER@HOST/DATABASE")
    parser.add_argument("--study", default="sec6_5")
    parser.add_argument("--binary", default="sec6_5_hyperparameters")
    parser.add_argument("--trials", type=int, default=100, help="number of trials of all workers together")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2, help="number of workers that run starts")
    parser.add_argument("--seed", type=int, help="seed of this worker's sampler")
    parser.add_argument("--heartbeat", type=int, default=60, help="seconds between heartbeats; a worker is dead after missing three")
    parser.add_argument("flags", nargs="*", help="after --: more flags for the trial")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    actions = {"create": create, "work": work, "run": run}
    return actions[args.action](args)


if __name__ == "__main__":
    sys.exit(main())
