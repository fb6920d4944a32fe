"""Reads the loops of the matrix products out of an aarch64 binary; see run.sh.

    python3 loops.py BINARY

Fails unless the main loop of f32 and that of f64 have 24 accumulators and 85 % vector multiply-adds, no function of ours
has a scalar one, and, where llvm-mca is there, the multiply-add pipes are used to 85 % of the time.
"""
import re
import shutil
import subprocess
import sys

SHARE = 0.85
ACCUMULATORS = 24
PROCESSORS = ("neoverse-n1", "neoverse-v2", "apple-m1")
OURS = re.compile(r"kernels|layers|optimizers|tensor_ops|training|init|search|experiments|sec6")
BRANCH = re.compile(r"(?:b\.\w+|cbn?z|tbn?z|b) .*?([0-9a-f]+) <")


def functions(binary):
    """(name, [(address, instruction)]) of each function."""
    text = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", binary], capture_output=True, text=True, check=True).stdout
    for part in text.split("\n\n"):
        lines = part.strip().splitlines()
        head = re.match(r"[0-9a-f]+ <(.*)>:", lines[0]) if lines else None
        if head:
            code = (re.match(r"\s*([0-9a-f]+):\s+(.*)", line) for line in lines[1:])
            yield head[1], [(int(m[1], 16), m[2].split("//")[0].strip().replace("\t", " ")) for m in code if m]


def innermost_loops(code):
    """The instructions between a label and the branch back to it, with no other such pair in between."""
    index = {address: i for i, (address, _) in enumerate(code)}
    back = []
    for i, (_, text) in enumerate(code):
        to = BRANCH.match(text)
        to = index.get(int(to[1], 16)) if to else None
        if to is not None and to <= i:
            back.append((to, i))
    for start, end in back:
        if not any((start, end) != other and start <= other[0] and other[1] <= end for other in back):
            yield [text for _, text in code[start:end + 1]]


def accumulators(loop, kind):
    return {m[1] for text in loop if (m := re.match(rf"fmla (v\d+)\.{kind},", text))}


def mca(processor, instructions):
    """(cycles of one pass when passes follow each other, cycles that the busiest unit needs)"""
    text = "\n".join(re.sub(r"^(b\.\w+) .*", r"\1 0", text) for text in instructions) + "\n"
    tool = shutil.which("llvm-mca-22") or shutil.which("llvm-mca-19")
    out = subprocess.run([tool, "-march=aarch64", f"-mcpu={processor}", "-iterations=100"], input=text, capture_output=True, text=True, check=True).stdout
    number = lambda name: float(re.search(rf"{name}:\s+([\d.]+)", out)[1])
    return number("Total Cycles") / 100, number("Block RThroughput")


def main(binary):
    found, scalar = {}, []
    for name, code in functions(binary):
        if OURS.search(name) and any(re.match(r"fn?m(add|sub) ", text) for _, text in code):
            scalar.append(name)
        if "kernels" not in name or "neon" not in name:
            continue
        for loop in innermost_loops(code):
            for kind in ("4s", "2d"):
                if len(accumulators(loop, kind)) >= ACCUMULATORS:
                    # Unrolled, it is the longest; a short one does the rest.
                    found[kind] = max(found.get(kind, []), loop, key=len)
    bad = [f"scalar multiply-adds in {name}" for name in scalar]
    for kind, type_ in (("4s", "f32"), ("2d", "f64")):
        loop = found.get(kind)
        if loop is None:
            bad.append(f"{type_}: no loop with {ACCUMULATORS} accumulators")
            continue
        products = [text for text in loop if text.startswith("fmla ")]
        share = len(products) / len(loop)
        print(f"{type_}: {len(products)} of {len(loop)} instructions are vector fmla, {share:.1%}; {len(accumulators(loop, kind))} accumulators")
        if share < SHARE:
            bad.append(f"{type_}: only {share:.1%} fmla")
        if not (shutil.which("llvm-mca-22") or shutil.which("llvm-mca-19")):
            print("not run: llvm-mca (Debian: llvm-19 or llvm-22)")
            continue
        for processor in PROCESSORS:
            cycles, _ = mca(processor, loop)
            _, needed = mca(processor, products)
            print(f"  {processor}: {cycles:.1f} cycles, of which the multiply-add pipes need {needed:.1f}, {needed / cycles:.1%}")
            if needed / cycles < SHARE:
                bad.append(f"{type_} on {processor}: {needed / cycles:.1%}")
    sys.exit("\n".join(bad) or None)


main(sys.argv[1])
