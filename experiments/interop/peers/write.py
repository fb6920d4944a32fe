"""Runs every cell and writes docs/reference/peers.json.

    python write.py peers.json
"""
import json
import sys

import cells
import peers

for kind in ("optimizers", "gradients", "schedules", "initializers", "layers", "losses", "search"):
    __import__(kind)
commits = {language: peers.os.environ[f"{folder}_COMMIT"] for language, folder in
           ((peers.KOREAN, "BOOK_KO"), (peers.JAPANESE, "BOOK_JA"))}
document = {"versions": peers.versions(commits), "cells": cells.CELLS}
with open(sys.argv[1], "w") as file:
    json.dump(document, file, ensure_ascii=False, indent=1)
    file.write("\n")
surprises = sum(entry["surprise"] for entry in cells.CELLS)
print(f"{len(cells.CELLS)} cells, {surprises} of them surprise")
