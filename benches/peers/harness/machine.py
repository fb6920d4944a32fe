"""What the machine is and allows."""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from cases import environment

# The optimizers' loops are compiled within kernels::wide and kernels::root.
PRODUCTS = re.compile(r"kernels::(product|matmul|sparse_matmul)|tensor_ops::matmul")
# A part of the product of the transpose, as packing a panel is one of a dense product; said apart as well.
SORTING = re.compile(r"kernels::sparse_rows::.*set_transpose")


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def cpu_slug():
    instructions = "avx512" if "avx512f" in Path("/proc/cpuinfo").read_text() else "avx2"
    return re.sub(r"[^a-z0-9]+", "-", f"{cpu()} {instructions}".lower()).strip("-")


def quiet_core():
    """The core on which a short loop runs fastest: where others share the machine, its cores differ."""
    every = os.sched_getaffinity(0)
    took = {}
    for core in sorted(every) * 5:
        os.sched_setaffinity(0, {core})
        start = time.perf_counter()
        sum(range(1_000_000))
        took.setdefault(core, []).append(time.perf_counter() - start)
    os.sched_setaffinity(0, every)
    return min(took, key=lambda core: statistics.median(took[core]))


def limits(cache):
    """Peak, products and steps: the best of several runs, since others may disturb one."""
    command = [str(cache / "target-ours/release/machine")]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def profile(cache):
    """Share of the samples of a training run that are in the product kernels, by perf; None without."""
    if not shutil.which("perf"):
        return None
    shares = {}
    for rule in ["sgd", "adam"]:
        with tempfile.TemporaryDirectory() as folder:
            data = f"{folder}/perf.data"
            program = [str(cache / "target-ours/release/one_network"), "--optimizer", rule,
                       "--threads", "1", "--quiet", "--out", f"{folder}/out"]
            record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "2999", "-o", data, *program]
            if subprocess.run(record, capture_output=True, env=environment(1)).returncode:
                return None
            seconds = json.loads(Path(f"{folder}/out/manifest.json").read_text())["training_seconds"]
            listing = subprocess.run(["perf", "script", "-i", data, "-F", "time,ip,sym"],
                                     capture_output=True, text=True).stdout
        samples = [(float(time), symbol) for time, symbol
                   in re.findall(r"^\s*([\d.]+):\s+[0-9a-f]+ (.*\S)", listing, re.M)]
        # Training is what a program ends with: what comes before is reading MNIST.
        end = max(time for time, _ in samples)
        symbols = Counter(symbol for time, symbol in samples if time > end - seconds)
        total = symbols.total()
        sorting = sum(n for symbol, n in symbols.items() if SORTING.search(symbol))
        products = sum(n for symbol, n in symbols.items() if PRODUCTS.search(symbol)) + sorting
        others = [(n / total, symbol) for symbol, n in symbols.most_common()
                  if not PRODUCTS.search(symbol) and not SORTING.search(symbol)]
        shares[rule] = (products / total, sorting / total, others[:8])
    return shares


def facts(cache):
    return {"cpu": cpu(), "cores": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0],
            "limits": [limits(cache)]}


def again(cache, facts):
    """Measured again at the end, so that the peak is of the same minutes as the rest."""
    facts["limits"].append(limits(cache))
    facts["load_after"] = os.getloadavg()[0]
    facts["profile"] = profile(cache)
    return facts


def growth(cache, folder, name):
    """The figure of how a step's cost grows, drawn beside the record."""
    subprocess.run([cache / "target-ours/release/growth", folder, name], stdout=subprocess.DEVNULL)
