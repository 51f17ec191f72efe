# SPDX-License-Identifier: MIT
"""Compares the alerts and the dashboard with the pages of operating and of metrics: alerts_test.py ROOT. Prints TAP."""

import json
import re
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import links  # noqa: E402

ALERTS = "examples/operations/alerts.yml"
DASHBOARD = "examples/operations/dashboard.json"
METRICS = "plugin/metrics.md"
UNITS = {"s": "_seconds", "By": "_bytes"}


def names_of(page):
    """For each row of the page's tables of metrics, its names as Prometheus has them."""
    for name, kind, unit in re.findall(r"^\| `([\w.]+)` \| (\w+) \| `(.+?)` \|", page, re.M):
        name = name.replace(".", "_") + UNITS.get(unit, "") + ("_total" if kind == "counter" else "")
        yield {name + end for end in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}


def alerts_of(text):
    """(name, text) of each alert."""
    pieces = re.split(r"^ +- alert: (\w+)\n", text, flags=re.M)[1:]
    return list(zip(pieces[::2], pieces[1::2]))


def expression_of(alert):
    return re.search(r"expr:(.*?)\n +for:", alert, re.S).group(1)


def series_of(expression):
    """Words before selectors and ranges, without labels, functions and strings."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|by \([^)]*\)', "", expression)
    return re.findall(r"\b(?:graphql|db|process|nodejs)_\w+", bare)


def metrics_of(expression):
    """Those of the plugins, without what Node tells of the process."""
    return {name for name in series_of(expression) if name.startswith(("graphql_", "db_"))}


def unknown_metrics(texts):
    known = set().union(*names_of(texts[METRICS]))
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


def panels_of(texts):
    return json.loads(texts[DASHBOARD])["panels"]


def expressions_of(panel):
    return [target["expr"] for target in panel.get("targets", [])]


def unlike_page(texts):
    rows = list(names_of(texts[METRICS]))
    used = set().union(*(metrics_of(each) for panel in panels_of(texts) for each in expressions_of(panel)))
    yield from (f"the dashboard uses {name}, which {METRICS} does not have" for name in sorted(used - set().union(*rows)))
    yield from (f"the dashboard does not show {min(names)}" for names in rows if not names & used)


def overlap(one, other):
    return all(one[at] < other[at] + other[size] and other[at] < one[at] + one[size] for at, size in (("x", "w"), ("y", "h")))


def incomplete_panels(texts):
    panels = panels_of(texts)
    if len({panel["id"] for panel in panels}) < len(panels):
        yield "two panels have the same ID"
    for i, panel in enumerate(panels):
        title, grid = panel["title"], panel["gridPos"]
        if grid["x"] + grid["w"] > 24 or any(overlap(grid, other["gridPos"]) for other in panels[:i]):
            yield f"{title} has no place of its own"
        if panel["type"] == "row":
            continue
        if not panel.get("description", "").endswith(".") or "unit" not in panel["fieldConfig"]["defaults"]:
            yield f"{title} does not say what to look at, or in which unit"
        for thing in [panel, *panel["targets"]]:
            if thing["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                yield f"{title} is not fed by the variable datasource"
        yield from (f"{title} is not of the variable instance: {each}" for each in expressions_of(panel)
                    if each.count('{instance=~"$instance"') != len(series_of(each)))


CHECKS = {
    "there are alerts": lambda texts: [] if alerts_of(texts[ALERTS]) else ["there are none"],
    "each alert uses metrics of the page": unknown_metrics,
    "each alert has its section in the guide": missing_sections,
    "the dashboard has the metrics of the page, all of them": unlike_page,
    "each panel of the dashboard is complete": incomplete_panels,
}

files.report(CHECKS, sys.argv[1])
