"""The record: tables of ratios with their spread, what was asked for and what was reached."""

import json
import time
from statistics import median

from cases import SECTIONS, TRIALS, WORKLOADS


def spread(values, digits=2):
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


class Results:
    def __init__(self, rows):
        self.by_key = {}
        for row in rows:
            key = (row["who"], row["workload"], row["precision"], row["threads"])
            self.by_key.setdefault(key, {})[row["round"]] = row

    def of(self, workload):
        return {key: rounds for key, rounds in self.by_key.items() if key[1] == workload}

    def seconds(self, key, field="seconds"):
        return {number: row[field] for number, row in self.by_key.get(key, {}).items()}

    def ours(self, workload, precision, field="seconds"):
        """Of the thread count that suits us, except that one network has one thread."""
        keys = [k for k in self.by_key if k[0] == "ours" and k[1] == workload and k[2] == precision]
        if not keys:
            return {}
        best = min(keys, key=lambda k: median(self.seconds(k, field).values()))
        return self.seconds(best, field)

    def ratios(self, key, precision="f32"):
        """Round by round, against ours in the same round."""
        ours = self.ours(key[1], precision)
        return [t / ours[n] for n, t in self.seconds(key).items() if n in ours]

    def fastest(self, workload, wanted):
        """The key of the fastest that `wanted` accepts, by the median of its ratios."""
        keys = [k for k in self.of(workload) if k[0] != "ours" and wanted(k) and self.ratios(k)]
        return min(keys, key=lambda k: median(self.ratios(k)), default=None)


def numbers(text):
    return ", ".join(f"{name} {value}" for name, value in json.loads(text).items())


def differs(ours, theirs):
    """Whether a peer reached something else than we did: more than seeds explain."""
    for name in ours.keys() & theirs.keys():
        a, b = ours[name], theirs[name]
        if a is None or b is None or abs(a - b) > max(0.06, 0.25 * abs(a)):
            return True
    return False


def table(results, workload, title):
    rows = results.of(workload)
    if not rows:
        return []
    lines = [f"### {title}", "",
             "| who | type | threads | runs | seconds: median (range) | × ours f32 | × ours f64 | peak MiB | reached |",
             "|---|---|---|---|---|---|---|---|---|"]
    reference = next((json.loads(row["reached"]) for key, rounds in rows.items() if key[0] == "ours"
                      for row in rounds.values()), None)
    order = lambda key: (key[0] != "ours", median(results.seconds(key).values()))
    for key in sorted(rows, key=order):
        who, _, precision, threads = key
        last = list(rows[key].values())[-1]
        note = ""
        if reference and workload != "6.5" and differs(reference, json.loads(last["reached"])):
            note = " **differs from ours**"
        ratio = lambda kind: spread(results.ratios(key, kind)) if results.ratios(key, kind) else ""
        peak = max(row["peak_mib"] for row in rows[key].values())
        lines.append(
            f"| {who} | {precision} | {threads} | {len(rows[key])} | {spread(list(results.seconds(key).values()))} "
            f"| {ratio('f32')} | {ratio('f64') if precision == 'f64' else ''} | {peak:.0f} | {numbers(last['reached'])}{note} |")
    return lines + [""]


def chapter(results, who, precision):
    """The sum over sections of medians: seconds, or None if a section is missing. A library's name alone
    takes the fastest of its forms."""
    total = 0.0
    for section in SECTIONS:
        best = [median(results.seconds(k).values()) for k in results.of(section)
                if k[0].startswith(who) and k[2] == precision]
        if not best:
            return None
        total += min(best)
    return total


def chapter_of_ours(results, precision):
    """Our five programs as they are, with the figures: whole processes."""
    names = ["6.1.8", "6.2.4", "6.3", "6.4 whole", "6.5"]
    walls = [results.ours(name, precision, "wall_seconds") for name in names]
    return sum(median(w.values()) for w in walls) if all(walls) else None


def chapter_lines(results):
    ours = chapter_of_ours(results, "f32")
    peers = [("NumPy, lean", "f64"), ("PyTorch, fused", "f32"), ("PyTorch", "f32"), ("JAX", "f32")]
    rows = [("ours f32, figures included", ours)]
    rows += [(f"{who} {p}", chapter(results, who, p)) for who, p in peers]
    if not ours:
        return []
    lines = ["### Whole chapter", "",
             "Ours are five whole processes, with reading MNIST, figures and files; peers are the sums of "
             "their sections, training only, in the named form or in the fastest.", "",
             "| who | seconds | × ours f32 |", "|---|---|---|"]
    lines += [f"| {who} | {s:.1f} | {s / ours:.2f} |" for who, s in rows if s]
    return lines + [""]


def goals(results, facts):
    """Every figure that was asked for: (what, asked, found)."""
    out = []
    for rule, factor in [("sgd", 1.8), ("adam", 2.0)]:
        one_thread = lambda key: key[2] == "f32" and key[3] == 1
        key = results.fastest(rule, one_thread)
        if key:
            out.append((f"one network on one thread, {rule}, × the fastest peer ({key[0]})",
                        factor, results.ratios(key)))
    key = results.fastest("sgd", lambda k: k[0].startswith(("burn", "candle")) and k[3] == 1)
    if key:
        out.append((f"the same, × the fastest pure-Rust peer ({key[0]})", 2.0, results.ratios(key)))
    key = results.fastest("6.1.8", lambda k: True)
    if key:
        out.append((f"section 6.1.8, × the fastest peer ({key[0]}, {key[2]})", 3.3, results.ratios(key)))
    for who, factor in [("NumPy, lean", 7.0), ("NumPy, layers", 8.0)]:
        key = results.fastest("6.1.8", lambda k: k[0] == who and k[2] == "f64")
        if key:
            out.append((f"section 6.1.8, × {who} float64", factor, results.ratios(key)))
    whole = chapter_of_ours(results, "f32")
    for who, precision, factor in [("NumPy, lean", "f64", 6.0), ("PyTorch, fused", "f32", 2.5)]:
        theirs = chapter(results, who, precision)
        if whole and theirs:
            out.append((f"whole chapter, × {who} {precision}", factor, [theirs / whole]))
    products = max(m["f32"]["dense_products_share_of_peak"] for m in facts["limits"])
    if facts.get("profile"):
        out.append(("share of a step that is products (SGD)", 0.85, [facts["profile"]["sgd"][0]]))
    instructions = facts["limits"][0]["instructions"]
    out.append((f"products with all pixels, share of the FMA peak, f32 ({instructions})", 0.65, [products]))
    for section in SECTIONS:
        key = results.fastest(section, lambda k: k[0] == "NumPy, lean" and k[2] == "f64")
        if key and results.ratios(key, "f64"):
            out.append((f"{section} in f64, × NumPy float64", 1.0, results.ratios(key, "f64")))
    return out


def machine_lines(facts):
    best = lambda kind, name, of=max: of(m[kind][name] for m in facts["limits"])
    lines = ["## The machine's limits", "",
             f"One thread, {facts['limits'][0]['instructions']}; the best of many tries before and after the rounds.",
             "", "| | f32 | f64 |", "|---|---|---|"]
    for name, label, of in [("peak_gflops", "FMA peak of a core, GFLOP/s", max),
                            ("dense_products_us", "products of a step alone with all pixels, µs", min),
                            ("dense_products_gflops", "… GFLOP/s", max),
                            ("dense_products_share_of_peak", "… as a share of the peak", max),
                            ("products_us", "products of a step alone without zero pixels, as trained, µs", min),
                            ("products_gflops", "… GFLOP/s", max),
                            ("products_share_of_peak", "… as a share of the peak", max),
                            ("sgd_step_us", "whole step with SGD, µs", min),
                            ("products_share_of_sgd_step", "… share of products", max),
                            ("adam_step_us", "whole step with Adam, µs", min)]:
        lines.append(f"| {label} | {best('f32', name, of):.4g} | {best('f64', name, of):.4g} |")
    lines.append("")
    if facts.get("profile"):
        for rule, (share, sorting, others) in facts["profile"].items():
            rest = "; ".join(f"{s:.1%} `{name}`" for s, name in others)
            lines += [f"Profile of training one network with {rule} (`perf`, reading MNIST left out): "
                      f"{share:.1%} in matrix products, of which {sorting:.1%} to sort the non-zeros of the "
                      f"batch by column for the product of its transpose; then {rest}.", ""]
    else:
        lines += ["No profile: `perf` is not here or may not be used.", ""]
    return lines


def memory_lines(results):
    lines = ["## Peak memory of our sections", "", "| section | f32, MiB | f64, MiB |", "|---|---|---|"]
    for section in ["6.1.8", "6.2.4", "6.3", "6.4 whole", "6.5"]:
        cells = [results.ours(section, p, "peak_mib") for p in ("f32", "f64")]
        if any(cells):
            text = [f"{max(c.values()):.0f}" if c else "–" for c in cells]
            lines.append(f"| {section} | {text[0]} | {text[1]} |")
    return lines + [""]


def text(rows, facts, failures, minutes, args):
    results = Results(rows)
    about = {row["who"]: row["about"] for row in rows}
    lines = [f"# Side by side, {time.strftime('%Y-%m-%d')}, {facts['cpu']}", "",
             f"{facts['cores']} cores, {minutes:.0f} minutes, {args.rounds} rounds asked for; load before "
             f"{facts['load']:.2f}. Written by `benches/peers/run.sh`; what is compared stands in "
             "[../README.md](../README.md), the raw numbers in the CSV file beside this one.", ""]
    if args.share != 1.0:
        lines += [f"**Only {args.share:.0%} of all iterations: a check of the harness, not a record.**", ""]
    if facts["load"] > 0.5:
        lines += ["**The machine was not idle before: times are unreliable.**", ""]
    if args.share == 1.0:
        lines += ["## What was asked for", "", "| figure | asked | found: median (range) | |", "|---|---|---|---|"]
        for what, asked, found in goals(results, facts):
            verdict = "reached" if median(found) >= asked else "**not reached**"
            lines.append(f"| {what} | {asked} | {spread(found)} | {verdict} |")
        lines.append("")
    lines += machine_lines(facts) + ["## Times", "",
        "A ratio is a peer's time divided by ours of the same round (our best thread count; one network on "
        "one thread). Threads of peers: the count that was faster on a twentieth of the work, and 1 for one "
        "network. "
        f"Section 6.5 of the peers is {TRIALS} trials, scaled to 100. Ours is the time of the training as the "
        "manifest says it; peers' clocks start when the data are in memory.", ""]
    for workload, title in WORKLOADS:
        lines += table(results, workload, title)
    lines += chapter_lines(results) + memory_lines(results) + ["## Versions", ""]
    lines += [f"- {who}: {what}" for who, what in sorted(about.items())]
    if failures:
        lines += ["", "## Failed", ""] + [f"- {key}: `{why}`" for key, why in failures.items()]
    return "\n".join(lines) + "\n"
