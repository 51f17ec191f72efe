# SPDX-License-Identifier: MIT
"""Runs the test functions of a file, each with a folder of its own. Prints TAP."""

import tempfile

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(make):
    """Calls each test with what `make` makes of its folder."""
    print(f"1..{len(TESTS)}")
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(make(folder))
                print(f"ok {number} - {name}", flush=True)
            except Exception as error:  # Also what a test did not foresee.
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {name}", flush=True)
