"""What the machine is and allows."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cases import environment

# Reading MNIST, which comes before the training.
BEFORE = re.compile(r"miniz_oxide|flate2|inflate|sha2|crc32|ByteRows::new|\[k\]")
# The optimizers' loops are compiled within kernel::wide.
PRODUCTS = re.compile(r"tensor_ops::(kernel::(?!wide)|matmul)")


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def cpu_slug():
    instructions = "avx512" if "avx512f" in Path("/proc/cpuinfo").read_text() else "avx2"
    return re.sub(r"[^a-z0-9]+", "-", f"{cpu()} {instructions}".lower()).strip("-")


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
            record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "999", "-o", data, *program]
            if subprocess.run(record, capture_output=True, env=environment(1)).returncode:
                return None
            listing = subprocess.run(["perf", "report", "-i", data, "--stdio", "--sort", "symbol"],
                                     capture_output=True, text=True).stdout
        products = others = 0.0
        top = []
        for share, symbol in re.findall(r"^\s+([\d.]+)%\s+(.*\S)", listing, re.M):
            symbol = re.sub(r"(\s+-)+$", "", symbol)
            if BEFORE.search(symbol):
                continue
            if PRODUCTS.search(symbol):
                products += float(share)
            else:
                others += float(share)
                top.append((float(share), symbol.removeprefix("[.] ")))
        total = products + others
        shares[rule] = (products / total, [(s / total, name) for s, name in top[:6]])
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
