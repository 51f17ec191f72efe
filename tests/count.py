# SPDX-License-Identifier: MIT
"""
Adds up test results: count.py FILE… prints `PASSED FAILED`.

Reads JUnit files as Meson writes them (.xml), and TAP files as node:test writes them (.tap).
"""

import pathlib
import re
import sys
import xml.etree.ElementTree


def has_failed(case):
    return case.find("failure") is not None or case.find("error") is not None


def failed_silently(suite):
    """Whether a program failed though none of its cases did: it crashed before the first, say."""
    errors = int(suite.get("errors", 0)) + int(suite.get("failures", 0))
    return errors > 0 and not any(map(has_failed, suite))


def count_junit(text):
    tree = xml.etree.ElementTree.fromstring(text)
    cases = list(tree.iter("testcase"))
    failed = sum(map(has_failed, cases))
    skipped = sum(case.find("skipped") is not None for case in cases)
    silent = sum(map(failed_silently, tree.iter("testsuite")))
    return len(cases) - failed - skipped, failed + silent


def count_tap(text):
    """Takes the totals that node:test prints: they count the tests inside suites, not the suites."""
    passed = re.findall(r"^# pass (\d+)$", text, re.M)
    failed = re.findall(r"^# (?:fail|cancelled) (\d+)$", text, re.M)
    if not passed:
        return 0, 1
    return sum(map(int, passed)), sum(map(int, failed))


def main(names):
    passed = failed = 0
    for name in names:
        text = pathlib.Path(name).read_text(errors="replace")
        more_passed, more_failed = (count_tap if name.endswith(".tap") else count_junit)(text)
        passed += more_passed
        failed += more_failed
    print(passed, failed)


main(sys.argv[1:])
