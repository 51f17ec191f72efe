# SPDX-License-Identifier: MIT
"""Compares the alerts with the pages of operating and of metrics: alerts_test.py ROOT. Prints TAP."""

import re
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import links  # noqa: E402

ALERTS = "examples/operations/alerts.yml"
METRICS = "plugin/metrics.md"
UNITS = {"s": "_seconds", "By": "_bytes"}


def names_of(page):
    """Names as Prometheus has them, of each row of the page's tables of metrics."""
    for name, kind, unit in re.findall(r"^\| `([\w.]+)` \| (\w+) \| `(.+?)` \|", page, re.M):
        name = name.replace(".", "_") + UNITS.get(unit, "") + ("_total" if kind == "counter" else "")
        yield from [name + end for end in ("_bucket", "_sum", "_count")] if kind == "histogram" else [name]


def alerts_of(text):
    """(name, text) of each alert."""
    pieces = re.split(r"^ +- alert: (\w+)\n", text, flags=re.M)[1:]
    return list(zip(pieces[::2], pieces[1::2]))


def expression_of(alert):
    return re.search(r"expr:(.*?)\n +for:", alert, re.S).group(1)


def metrics_of(expression):
    """Words before selectors and ranges, without labels, functions and strings."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|by \([^)]*\)', "", expression)
    return set(re.findall(r"\b(?:graphql|db)_\w+", bare))


def unknown_metrics(texts):
    known = set(names_of(texts[METRICS]))
    for name, alert in alerts_of(texts[ALERTS]):
        used = metrics_of(expression_of(alert))
        if not used:
            yield f"{name} uses no metric"
        yield from (f"{name} uses {metric}, which {METRICS} does not have" for metric in used - known)


def missing_sections(texts):
    for name, alert in alerts_of(texts[ALERTS]):
        page, _, anchor = re.search(r"runbook: (\S+)", alert + "\nrunbook: -").group(1).partition("#")
        if anchor != name.lower() or anchor not in links.anchors_of(texts.get(page, "")):
            yield f"{name} has no section of its own in the guide"


def main(root):
    texts = files.texts_of(root)
    checks = {
        "there are alerts": lambda texts: [] if alerts_of(texts[ALERTS]) else ["there are none"],
        "each alert uses metrics of the page": unknown_metrics,
        "each alert has its section in the guide": missing_sections,
    }
    print(f"1..{len(checks)}")
    for i, (title, check) in enumerate(checks.items(), 1):
        breaches = list(check(texts))
        print("not ok" if breaches else "ok", i, "-", title)
        for breach in breaches:
            print("#", breach)
    return 0


sys.exit(main(sys.argv[1]))
