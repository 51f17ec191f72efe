# SPDX-License-Identifier: MIT
"""
Writes the report of the benchmark: report.py FIGURES OUT ROWS.

FIGURES has a line of JSON for each figure. Prints the tables for databases of ROWS rows, and writes
report.json, report.md and report.svg into OUT.
"""

import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

# Figure, its two sides, bar, whether a higher ratio is better. README.md explains each.
FIGURES = [
    ("get", "`integration(id)`, random IDs, all fields / bare statement", 0.75, True),
    ("get_two_threads", "the same, speedup by a second thread / speedup of bare reads", 0.9, True),
    ("page_100", "page of 100, all fields / bare steps over the same rows", 0.6, True),
    ("page_depth", "page at the start of a list / page deep in the list", 1.1, False),
    ("total", "`total` of 10 rows / `total` of half of all rows", 1.2, False),
    ("create_64", "durable create with a fresh token, 64 in flight / slower of bare verification and "
                  "bare commits of 64", 0.6, True),
    ("create_to_single_commits", "the same / bare commits of one row", 3, True),
    ("create_latency", "latency of one create in flight / bare verification and commit", 1.25, False),
    ("read_p99_under_creates", "point read p99 during creates at full rate / idle", 3, False),
    ("http_get", "HTTP get: plugin / JavaScript", 1.1, True),
    ("http_page", "HTTP page of 100: plugin / JavaScript", 1.5, True),
    ("http_create", "HTTP create with a token: plugin / JavaScript", 2.5, True),
    ("http_loop_delay", "event-loop delay p99 during HTTP creates: plugin / JavaScript", 0.5, False),
    ("http_get_ceiling", "HTTP get: constant / JavaScript", None, True),
    ("http_page_ceiling", "HTTP page of 100: constant / JavaScript", None, True),
    ("http_loop_delay_floor", "event-loop delay p99 during HTTP creates: constant / JavaScript", None, False),
    ("yoga_get", "HTTP get, GraphQL Yoga: plugin / JavaScript", None, True),
    ("yoga_page", "HTTP page of 100, GraphQL Yoga: plugin / JavaScript", None, True),
    ("yoga_create", "HTTP create with a token, GraphQL Yoga: plugin / JavaScript", None, True),
    ("yoga_loop_delay", "event-loop delay p99, GraphQL Yoga: plugin / JavaScript", None, False),
    ("postgres_get", "`integration(id)`, 64 in flight / bare reads, 64 in a pipeline", 0.7, True),
    ("postgres_get_two_gateways", "the same, two gateways / one", None, True),
    ("postgres_page", "page of 100, one in flight / bare statement", None, True),
    ("postgres_page_depth", "page at the start of a list / page deep in the list", 1.1, False),
    ("postgres_total", "`total` of 10 rows / `total` of half of all rows", 1.2, False),
    ("postgres_create_1", "durable create, one in flight / bare commits of one", None, True),
    ("postgres_create_64", "durable create, 64 in flight / bare commits of 64", 0.6, True),
    ("postgres_create_to_single_commits", "the same / bare commits of one", 5, True),
    ("postgres_create_256", "durable create, 256 in flight / bare commits of 256", None, True),
    ("postgres_create_1_two_gateways", "durable create, one in flight in each of two gateways / one gateway", None, True),
    ("postgres_create_64_two_gateways", "durable create, 64 in flight, two gateways, an organization each / one gateway", 1.6, True),
    ("postgres_create_256_two_gateways", "the same, 256 in flight", None, True),
    ("postgres_http_get", "HTTP get: plugin / JavaScript", None, True),
    ("postgres_http_page", "HTTP page of 100: plugin / JavaScript", None, True),
    ("postgres_http_create", "HTTP create with a token: plugin / JavaScript", None, True),
    ("postgres_http_loop_delay", "event-loop delay p99 during HTTP creates: plugin / JavaScript", None, False),
]


def read(path):
    lines = pathlib.Path(path).read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def machine():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}"


def is_met(value, bar, more):
    if bar is None:
        return None
    return value >= bar if more else value <= bar


def rows_of_table(measured, rows):
    by_figure = {entry["figure"]: entry for entry in measured if entry["rows"] == rows}
    for figure, text, bar, more in FIGURES:
        entry = by_figure.get(figure)
        if entry:
            numbers = {name: round(entry[name], 3) for name in ("value", "least", "most")}
            yield {"figure": figure, "text": text, **numbers, "bar": bar, "more": more,
                   "met": is_met(entry["value"], bar, more)}


def times_of(measured):
    """Lines that show a request's time; what a constant resolver takes is the gateway's own work."""
    by_figure = {entry["figure"]: entry for entry in measured}
    if "http_get_ceiling" not in by_figure:
        return []
    lines = ["| over HTTP, 32 connections | plugin | JavaScript | constant |", "| --- | --- | --- | --- |"]
    for load, text in (("get", "get"), ("page", "page of 100"), ("create", "create with a token")):
        figure, ceiling = by_figure[f"http_{load}"], by_figure[f"http_{load}_ceiling"]
        rates = figure["first"], figure["second"], ceiling["first"]
        values = " | ".join(f"{1e6 / rate:.0f}" for rate in rates)
        lines.append(f"| {text}, microseconds per request | {values} |")
    figure, floor = by_figure["http_loop_delay"], by_figure["http_loop_delay_floor"]
    delays = figure["first"], figure["second"], floor["first"]
    values = " | ".join(f"{delay:.1f}" for delay in delays)
    lines.append(f"| event-loop delay p99 during creates, milliseconds | {values} |")
    return [*lines, ""]


def line_of(row):
    bar = "" if row["bar"] is None else f"{'≥' if row['more'] else '≤'} {row['bar']}"
    met = {True: "yes", False: "no", None: ""}[row["met"]]
    spread = f"{row['least']:.2f}–{row['most']:.2f}"
    return f"| {row['text']} | {row['value']:.2f} | {spread} | {bar} | {met} |"


def memory_line(entry):
    own, mapped = entry["anonymous_kib"] / 1024, entry["mapped_kib"] / 1024
    name = entry["figure"].replace("_", " ")
    return f"- {name}: {own:.1f} MiB of its own, {mapped:.1f} MiB of mapped files"


def markdown(table, measured, memory, rows):
    lines = [f"{rows:,} integrations in 100 organizations; {machine()}.", "",
             "| figure | ratio | spread | bar | met |", "| --- | --- | --- | --- | --- |",
             *map(line_of, table), "",
             *times_of([entry for entry in measured if entry["rows"] == rows]),
             *map(memory_line, memory)]
    return "\n".join(lines) + "\n"


def chart(measured, out):
    """Draws each figure over the number of rows, if gnuplot is installed."""
    if shutil.which("gnuplot") is None:
        return
    counts = [entry["figure"] for entry in measured]
    names = [figure for figure, *_ in FIGURES if counts.count(figure) > 1]
    blocks, plots = [], []
    for name in names:
        points = sorted((entry["rows"], entry["value"]) for entry in measured if entry["figure"] == name)
        lines = "\n".join(f"{rows} {value}" for rows, value in points)
        blocks.append(f"${name} << EOD\n{lines}\nEOD")
        plots.append(f"${name} with linespoints title '{name}' noenhanced")
    script = "\n".join(["set terminal svg size 1000,600", f"set output '{out}/report.svg'",
                        "set logscale xy", "set xlabel 'rows'", "set ylabel 'ratio'",
                        "set key outside", "set grid", *blocks, "plot " + ", ".join(plots)])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def write_report(table, text, out):
    members = ("figure", "value", "bar", "met")
    short = [{name: row[name] for name in members} for row in table]
    pathlib.Path(out, "report.json").write_text(json.dumps(short, indent=2) + "\n")
    pathlib.Path(out, "report.md").write_text(text)


def main(figures, out, rows):
    entries = read(figures)
    memory = [entry for entry in entries if "anonymous_kib" in entry]
    measured = [entry for entry in entries if "value" in entry]
    table = list(rows_of_table(measured, int(rows)))
    text = markdown(table, measured, memory, int(rows))
    write_report(table, text, out)
    chart(measured, out)
    print(text)


main(*sys.argv[1:])
