"""Runs one case in a process of its own and keeps what it took."""

import json
import os
import subprocess
import tempfile
import time

from cases import environment, read_ours


class Failed(Exception):
    pass


def run(case, core, limit=900):
    """One measurement: seconds of training, of the whole process, its peak memory, what it reached.

    A case of one thread runs on `core`.
    """
    cores = {core} if case.threads == 1 else os.sched_getaffinity(0)
    command = [str(word) for word in case.command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment(case.threads),
                                   preexec_fn=lambda: os.sched_setaffinity(0, cores))
        try:
            # Only wait4 gives the peak memory of this one child.
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if time.perf_counter() - start > limit:
                    process.kill()
                time.sleep(0.005)
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed, complaints = out.read().decode(), err.read().decode()
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit {process.returncode}: {complaints.strip()[-600:]}")
    if case.ours:
        seconds, reached, about = read_ours(case)
    else:
        line = json.loads(printed.strip().splitlines()[-1])
        seconds, reached, about = line["seconds"] * case.scale, line["reached"], line["about"]
    return {
        "who": case.who, "workload": case.workload, "precision": case.precision,
        "threads": case.threads, "seconds": round(seconds, 4), "wall_seconds": round(wall, 4),
        "peak_mib": round(usage.ru_maxrss / 1024, 1), "reached": json.dumps(reached), "about": about,
    }
