# SPDX-License-Identifier: MIT
"""Tests tests/results.py on logs of runs: results_test.py RESULTS. Prints TAP."""

import json
import pathlib
import subprocess
import sys
import tempfile

GOOD_TAP = "ok 1 - one\nok 2 - two # SKIP\n# pass 1\n# fail 0\n# cancelled 0\n"
BAD_TAP = "ok 1 - one\nnot ok 2 - two\n  ---\n  error: 'a detail'\n  ...\n# pass 1\n# fail 1\n"
LONG_TAP = "\n".join(f"not ok {number} - name\n  a line" for number in range(999))
# What logs say | the last line | what else must be there
RUNS = [
    ({"a.tap": GOOD_TAP}, "1 passed, 0 failed", []),
    ({}, "0 passed, 0 failed", []),
    ({"a.tap": BAD_TAP, "a.err": "a word on standard error"}, "1 passed, 1 failed",
     ["FAILED: a\nnot ok 2 - two", "a detail", "a word on standard error", "FAILED: a: 1\n"]),
    ({"a.tap": "ok 1 - one\n", "a.err": "killed"}, "0 passed, 1 failed", ["killed"]),
    ({"a.tap": "    ok 1 - one\nnot ok 1 - suite\n  error: after\n# pass 1\n# fail 0\n"}, "1 passed, 1 failed",
     ["not ok 1 - suite"]),
    ({"a.tap": LONG_TAP + "\n# pass 7\n# fail 999\n"}, "7 passed, 999 failed", ["FAILED: a: 999\n"]),
    ({"a.json": ("OK", "ok 1 - one\nok 2 - two # SKIP\nok 3\n")}, "2 passed, 0 failed", []),
    ({"a.json": ("OK", "")}, "1 passed, 0 failed", []),
    ({"a.json": ("SKIP", "")}, "0 passed, 0 failed", []),
    ({"a.json": ("TIMEOUT", "")}, "0 passed, 1 failed", ["FAILED: a: it\n\nTIMEOUT"]),
    ({"a.json": ("ERROR", "ok 1 - one\n")}, "1 passed, 1 failed", ["ERROR, exit status 3", "a cry"]),
    ({"a.json": ("ERROR", "ok 1\nnot ok 2 - two\n# why\nnot ok 3\n")}, "1 passed, 2 failed", ["# why"]),
    ({"a.tap": GOOD_TAP, "failures": "b does not build\n"}, "1 passed, 1 failed",
     ["FAILED: run.sh\nb does not build"]),
]


def content(log):
    if isinstance(log, str):
        return log
    result, output = log
    return json.dumps({"name": "it", "result": result, "returncode": 3, "stdout": output,
                       "stderr": "a cry"}) + "\n"


def is_right(program, logs, last_line, expected):
    with tempfile.TemporaryDirectory() as folder:
        for name, log in {"a.err": "", "failures": "", **logs}.items():
            pathlib.Path(folder, name).write_text(content(log))
        run = subprocess.run([sys.executable, program, folder], capture_output=True, text=True,
                             timeout=60)
    print("\n".join("# " + line for line in (run.stdout + run.stderr).splitlines()[-20:]))
    passed = last_line.split(" passed, ")[0] != "0" and last_line.endswith(" 0 failed")
    return (run.stdout.splitlines()[-1] == last_line and run.returncode == (0 if passed else 1)
            and all(part in run.stdout for part in expected)
            and len(run.stdout.splitlines()) < 200)


def main(program):
    print(f"1..{len(RUNS)}")
    for number, (logs, last_line, expected) in enumerate(RUNS, 1):
        good = is_right(program, logs, last_line, expected)
        print(f"{'ok' if good else 'not ok'} {number} - {last_line}, of {', '.join(logs) or 'nothing'}")


main(*sys.argv[1:])
