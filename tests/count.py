# SPDX-License-Identifier: MIT
"""Sums tests up: count.py FILE… prints `PASSED FAILED` of JUnit files (.xml, as Meson writes) and TAP files (.tap)."""

import pathlib
import re
import sys
import xml.etree.ElementTree


def count_junit(text):
    cases = list(xml.etree.ElementTree.fromstring(text).iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    suites = [suite for suite in xml.etree.ElementTree.fromstring(text).iter("testsuite")]
    # A program that ends badly without a failed case of its own, such as a crash before the first: one failure.
    silent = sum(1 for suite in suites if int(suite.get("errors", 0)) + int(suite.get("failures", 0)) > 0
                 and not any(case.find("failure") is not None or case.find("error") is not None for case in suite))
    return len(cases) - failed - skipped, failed + silent


def count_tap(text):
    """Of node:test: its own totals, which count the tests inside suites, not the suites."""
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
