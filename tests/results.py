# SPDX-License-Identifier: MIT
"""
Says how a test run went: results.py FOLDER prints what failed and, last, `N passed, N failed`.

FOLDER has the logs of all suites: .json files as Meson writes them, .tap files as node:test writes
them, each with an .err file beside it, and `failures`, a line for each failure that is no test.
The exit status is 1 if a test failed or none ran.
"""

import json
import pathlib
import re
import sys
from dataclasses import dataclass

# The end of a long output is often all that is kept of it.
LINES_PER_FAILURE = 40
LINES = 160


@dataclass
class Suite:
    name: str
    passed: int
    failures: list  # A text for each


def last_lines(text):
    lines = text.rstrip().splitlines()
    return "\n".join((["…"] if len(lines) > LINES_PER_FAILURE else []) + lines[-LINES_PER_FAILURE:])


def not_ok(text):
    """The failed tests of a TAP document, each with the details that follow it."""
    found = re.findall(r"^ *not ok .*\n(?:(?! *(?:not )?ok ).*\n)*", text + "\n", re.M)
    return [last_lines(test) for test in found if "# SKIP" not in test.splitlines()[0]]


def meson_suite(test):
    """A program that failed though none of its tests did has crashed, or did not end in time."""
    output = test.get("stdout", "")
    points = re.findall(r"^(?:not )?ok\b.*", output, re.M) or [test["result"].lower()]
    passed = sum(point.startswith("ok") and "# SKIP" not in point for point in points)
    failures = not_ok(output)
    if test["result"] not in ("OK", "SKIP"):
        failures = failures or [last_lines(output)]
        failures[-1] += f'\n{test["result"]}, exit status {test["returncode"]}'
        failures[-1] += f'\n{last_lines(test.get("stderr", ""))}'
    return Suite(test["name"], passed, failures)


def tap_suite(name, text, log):
    """Takes the totals that node:test prints: they count the tests inside suites, not the suites."""
    passed = re.findall(r"^# pass (\d+)$", text, re.M)
    failed = sum(map(int, re.findall(r"^# (?:fail|cancelled) (\d+)$", text, re.M)))
    if passed and not failed and not not_ok(text):
        return Suite(name, sum(map(int, passed)), [])
    failed = max(failed, 1)  # The totals leave out what failed after the last test of a suite.
    failures = (not_ok(text) or [last_lines(text)])[:failed]
    failures[-1] += f"\n{last_lines(log)}"
    failures += ["see above"] * (failed - len(failures))
    return Suite(name, sum(map(int, passed)), failures)


def suites_in(folder):
    for path in sorted(folder.glob("*.json")):
        for line in path.read_text(errors="replace").splitlines():
            suite = meson_suite(json.loads(line))
            yield Suite(f"{path.stem}: {suite.name}", suite.passed, suite.failures)
    for path in sorted(folder.glob("*.tap")):
        log = path.with_suffix(".err").read_text(errors="replace")
        yield tap_suite(path.stem, path.read_text(errors="replace"), log)
    yield Suite("run.sh", 0, (folder / "failures").read_text(errors="replace").splitlines())


def main(folder):
    suites = list(suites_in(folder))
    passed = sum(suite.passed for suite in suites)
    failures = [f"FAILED: {suite.name}\n{text}" for suite in suites for text in suite.failures]
    print("\n".join("\n".join(failures).splitlines()[:LINES]))
    for suite in filter(lambda suite: suite.failures, suites):
        print(f"FAILED: {suite.name}: {len(suite.failures)}")
    print(f"{passed} passed, {len(failures)} failed")
    return 0 if passed and not failures else 1


sys.exit(main(pathlib.Path(sys.argv[1])))
