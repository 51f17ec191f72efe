# SPDX-License-Identifier: MIT
"""Counts the instructions of the plugin's calls under callgrind, and prints TAP.

Usage: cost.py COST-PROGRAM PLUGIN.so

- Time does not tell that an ID exists which the actor may not read, or that it was
  deleted: each way to ask for it takes as many instructions as one for an ID that is absent or
  malformed, within 5%: in one database, and in
  one for each organization.
- A call whose database is open takes about as many with a database for each organization as in one
  for all, within 5%.
- Twice as much from a client takes at most about twice the work.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

RESOLVERS = ("resolve_integration*", "load_integrations")
# Not counted: the host's work, and what belongs to a new snapshot, which the clock begins and ends.
LEFT_OUT = ("reply_resolve", "reply_reject", "reply_grow", "snapshot_enter", "snapshot_leave",
            "file_guard_check", "agreement_check")
HIDDEN_TOLERANCE = 0.05
LINEAR_TOLERANCE = 0.15
HOT_TOLERANCE = 0.05


def measure(program, plugin, folder, engine):
    """Returns the instructions of each case's cheapest round, by name."""
    out = folder / "calls"
    (folder / "root").mkdir()  # The databases of the engine `root`; `path` is a file.
    command = [
        "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--dump-after=case_ends",
        *(f"--toggle-collect={name}" for name in RESOLVERS + LEFT_OUT), program, plugin, str(folder), engine,
    ]
    # Without fast bins, whose consolidation falls on one case or another by the state of the heap.
    environment = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.mxfast=0"}
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False,
                         env=environment)
    if run.returncode != 0:
        sys.exit(f"Bail out! {run.stderr[-2000:]}")
    names = run.stdout.split("\n")[:-1]
    least = {}
    for number, name in enumerate(names, 1):
        text = (folder / f"calls.{number}").read_text()
        count = int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])
        least[name] = min(count, least.get(name, count))
    return least


def group(counts, kind):
    """Returns the cases of a kind, by what they have in common, as {variant: instructions}."""
    groups = {}
    for name, count in counts.items():
        first, common, variant = name.split(" ")
        if first == kind:
            groups.setdefault(common, {})[variant] = count
    return groups


def verdicts(counts):
    """Yields (whether it holds, what should, what was counted)."""
    for way, kinds in group(counts, "hidden").items():
        holds = max(kinds.values()) <= min(kinds.values()) * (1 + HIDDEN_TOLERANCE)
        yield holds, f"{way}: an ID that can't be read takes the work of one that is not there", kinds
    for way, engines in group(counts, "hot").items():
        holds = engines["root"] <= engines["path"] * (1 + HOT_TOLERANCE)
        yield holds, f"{way}: a database for each organization takes about the work of one for all", engines
    for what, sizes in group(counts, "linear").items():
        once, twice = sizes.values()
        yield twice <= once * 2 * (1 + LINEAR_TOLERANCE), f"{what}: twice as much takes twice the work", sizes


def main():
    program, plugin = sys.argv[1:]
    if shutil.which("valgrind") is None:
        print("1..0 # SKIP valgrind is not installed")
        return
    counts = {}
    for engine in ("path", "root"):
        with tempfile.TemporaryDirectory() as folder:
            counts |= measure(program, plugin, pathlib.Path(folder), engine)
    results = list(verdicts(counts))
    print(f"1..{len(results)}")
    for number, (holds, text, figures) in enumerate(results, 1):
        print(f"# {figures}")
        print(f"{'ok' if holds else 'not ok'} {number} - {text}")
    sys.exit(not all(holds for holds, _, _ in results))


main()
