"""Writes the tables of docs/peers.md: after each heading that is the name of cells, their table.

    python page.py docs/reference/peers.json docs/peers.md
"""
import json
import re
import sys

document = json.load(open(sys.argv[1]))
HEAD = "| where | what it does | numbers | defaults | the same here | you would think |\n|---|---|---|---|---|---|\n"
# The steps of a schedule that tell one from another.
SHOWN = [0, 1, 3, 4, 5, 6, 9, 10, 11]


def shown(cell):
    """The numbers of the page; the test in Rust takes them from the values once more."""
    values = [float(value) for value in cell["values"]]
    if len(values) == 24:  # a path of three numbers: steps of the first, first step of the second
        first = [0.0, *values[0::3]]
        return [*(a - b for a, b in zip(first, first[1:4])), -values[1]]
    if cell["kind"] == "schedule":
        return [values[step] for step in SHOWN if step < len(values)]
    return values


def code(text):
    return f"`{text}`" if text else ""


def row(cell):
    numbers = " ".join(f"{x:.4g}" for x in shown(cell))
    guess = cell["guess"] if cell["surprise"] else ""
    ours = code(cell["ours"]) or "no"
    parts = [cell["library"], code(cell["call"]), cell["formula"], code(numbers), code(cell["defaults"]), ours, guess]
    return "| " + " | ".join([f"{parts[0]}: {parts[1]}", *parts[2:]]) + " |\n"


def table(heading):
    if heading == "Versions":
        versions = document["versions"].items()
        return "| library | version |\n|---|---|\n" + "".join(f"| {name} | `{version}` |\n" for name, version in versions)
    rows = [row(cell) for cell in document["cells"] if cell["name"] == heading]
    return HEAD + "".join(rows) if rows else ""


def with_table(section):
    """A heading and what follows it, the table last and up to date."""
    heading, *text = section.splitlines(keepends=True)
    text = "".join(line for line in text if not line.startswith("|")).strip()
    parts = [heading.strip(), text, table(heading.lstrip("#").strip()).strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


page = open(sys.argv[2]).read()
sections = re.split(r"^(?=#)", page, flags=re.M)[1:]
open(sys.argv[2], "w").write("\n".join(map(with_table, sections)))
missing = {cell["name"] for cell in document["cells"]} - {line.lstrip("#").strip() for line in page.splitlines()}
assert not missing, f"no heading for {missing}"
