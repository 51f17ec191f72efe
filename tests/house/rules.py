# SPDX-License-Identifier: MIT
"""Runs rules: pairs of a title and a function that yields the breaches of what it looks at."""


def run(rules, subject):
    """Prints TAP; comments name every breach."""
    print(f"1..{len(rules)}")
    for number, (title, check) in enumerate(rules, 1):
        breaches = list(check(subject))
        for breach in breaches:
            print(f"# {breach}")
        print(f"{'not ok' if breaches else 'ok'} {number} - {title}")
