"""Gives a section a gzip of 10 GiB of zeros for training images, and measures how it is refused.

    python3 bomb.py SECTION

Called by run.sh. The file is a valid gzip of 10 MB. Once it has no IDX header, once it has that of 10,000
images. Fails if the refusal takes more than 2 s, or more memory than 64 MiB beside the payload promised.
"""

import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

MIB = 1 << 20


def blocks(data):
    """Compressed to whole deflate blocks that can stand in any stream, any number of times."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)


def write_bomb(path, start):
    zeros, crc = bytes(MIB), zlib.crc32(start)
    compressed = blocks(zeros)
    with path.open("wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + blocks(start))
        for _ in range(10 * 1024):
            file.write(compressed)
            crc = zlib.crc32(zeros, crc)
        file.write(b"\x03\0" + struct.pack("<II", crc, (len(start) + 10 * 1024 * MIB) % 2**32))


def refuse(section, folder, promised):
    command = [section, "--quick", "--data-dir", str(folder), "--dataset", "custom", "--out", str(folder / "out")]
    started = time.monotonic()
    run = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - started
    # Of the largest child so far; the second promises more than the first.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"exit {run.returncode} after {seconds:.3f} s and {peak / MIB:.1f} MiB: {run.stderr.strip()}")
    assert run.returncode == 3 and "train-images" in run.stderr, run
    assert seconds < 2, seconds
    assert peak < promised + 64 * MIB, peak
    assert not (folder / "out").exists()


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    bomb = folder / "train-images-idx3-ubyte.gz"
    for name in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (folder / name).write_bytes(b"")
    for start, promised in ((b"", 0), (struct.pack(">IIII", 2051, 10_000, 28, 28), 7_840_000)):
        write_bomb(bomb, start)
        print(f"{bomb.stat().st_size / 1e6:.1f} MB for 10 GiB, header of {len(start)} bytes:")
        refuse(os.path.abspath(sys.argv[1]), folder, promised)
