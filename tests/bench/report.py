# SPDX-License-Identifier: MIT
"""Makes the report: report.py FIGURES OUT ROWS. Prints the table; writes report.json, report.md and report.svg into OUT."""

import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

# Figure, what it says, bar, whether more is better.
FIGURES = [
    ("get", "`integration(id)` at random, all fields, against the bare statement", 0.75, True),
    ("get_two_threads", "the same on 2 threads against 1, as a share of what two bare readers reach", 0.9, True),
    ("page_100", "page of 100, all fields, against stepping the same rows bare", 0.6, True),
    ("page_depth", "page at the start against the same page deep in the list (rate)", 1.1, False),
    ("total", "`total` on 10 rows against on half of all rows (rate)", 1.2, False),
    ("create_64", "durable create with a fresh token, 64 in flight, against the slower of bare verification and bare commits of 64", 0.6, True),
    ("create_to_single_commits", "the same against one bare commit for each", 3, True),
    ("create_latency", "one create in flight: latency against bare verification and bare commit", 1.25, False),
    ("read_p99_under_creates", "point read p99 while creates run at full rate, against idle", 3, False),
    ("http_get", "over HTTP (Mercurius, jit), plugin against JavaScript: get, 32 connections", 1.1, True),
    ("http_page", "page of 100", 1.5, True),
    ("http_create", "create with token", 2.5, True),
    ("http_loop_delay", "event-loop delay p99 under creates", 0.5, False),
    ("http_get_ceiling", "for information, a resolver that costs nothing against JavaScript: get", None, True),
    ("http_page_ceiling", "page of 100", None, True),
    ("http_loop_delay_floor", "event-loop delay p99 under creates that cost nothing", None, False),
    ("yoga_get", "for information, the same behind GraphQL Yoga: get", None, True),
    ("yoga_page", "page of 100", None, True),
    ("yoga_create", "create with token", None, True),
    ("yoga_loop_delay", "event-loop delay p99 under creates", None, False),
]


def read(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines() if line.startswith("{")]


def machine():
    model = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}"


def rows_of_table(measured, rows):
    by_figure = {entry["figure"]: entry for entry in measured if entry["rows"] == rows}
    for figure, text, bar, more in FIGURES:
        entry = by_figure.get(figure)
        if entry:
            met = None if bar is None else entry["value"] >= bar if more else entry["value"] <= bar
            yield {"figure": figure, "text": text, "value": round(entry["value"], 3), "least": round(entry["least"], 3),
                   "most": round(entry["most"], 3), "bar": bar, "met": met, "more": more, "first": entry["first"], "second": entry["second"]}


def times(measured):
    """Where the time of a request goes: what a resolver that costs nothing leaves is the gateway's own."""
    by_figure = {entry["figure"]: entry for entry in measured}
    if "http_get_ceiling" not in by_figure:
        return []
    lines = ["| over HTTP, one request at a time of 32 connections | plugin | JavaScript | nothing |", "| --- | --- | --- | --- |"]
    for load, text in (("get", "get"), ("page", "page of 100"), ("create", "create with token")):
        figure, ceiling = by_figure[f"http_{load}"], by_figure[f"http_{load}_ceiling"]
        values = [1e6 / rate for rate in (figure["first"], figure["second"], ceiling["first"])]
        lines.append(f"| {text}, microseconds | " + " | ".join(f"{value:.0f}" for value in values) + " |")
    figure, floor = by_figure["http_loop_delay"], by_figure["http_loop_delay_floor"]
    values = [figure["first"], figure["second"], floor["first"]]
    lines.append("| event-loop delay p99 under creates, milliseconds | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    return [*lines, ""]


def markdown(table, measured, memory, rows):
    lines = [f"{rows:,} integrations in 100 organizations; {machine()}.", "", "| figure | ratio | spread | bar | met |", "| --- | --- | --- | --- | --- |"]
    for row in table:
        bar = "" if row["bar"] is None else f"{'≥' if row['more'] else '≤'} {row['bar']}"
        met = {True: "yes", False: "no", None: ""}[row["met"]]
        lines.append(f"| {row['text']} | {row['value']:.2f} | {row['least']:.2f}–{row['most']:.2f} | {bar} | {met} |")
    lines.append("")
    lines += times([entry for entry in measured if entry["rows"] == rows])
    for entry in memory:
        lines.append(f"- {entry['figure'].replace('_', ' ')}: {entry['anonymous_kib'] / 1024:.1f} MiB of its own, {entry['mapped_kib'] / 1024:.1f} MiB of mapped files")
    return "\n".join(lines) + "\n"


def chart(measured, out):
    """Each figure over the number of rows."""
    if shutil.which("gnuplot") is None:
        return
    names = [figure for figure, *_ in FIGURES if sum(entry["figure"] == figure for entry in measured) > 1]
    blocks, plots = [], []
    for name in names:
        points = sorted((entry["rows"], entry["value"]) for entry in measured if entry["figure"] == name)
        blocks.append(f"${name} << EOD\n" + "\n".join(f"{rows} {value}" for rows, value in points) + "\nEOD")
        plots.append(f"${name} with linespoints title '{name}' noenhanced")
    script = "\n".join(["set terminal svg size 1000,600", f"set output '{out}/report.svg'", "set logscale xy", "set xlabel 'rows'",
                        "set ylabel 'ratio'", "set key outside", "set grid", *blocks, "plot " + ", ".join(plots)])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main(figures, out, rows):
    measured = read(figures)
    memory = [entry for entry in measured if "anonymous_kib" in entry]
    measured = [entry for entry in measured if "value" in entry]
    table = list(rows_of_table(measured, int(rows)))
    text = markdown(table, measured, memory, int(rows))
    pathlib.Path(out, "report.json").write_text(json.dumps([{key: row[key] for key in ("figure", "value", "bar", "met")} for row in table], indent=2) + "\n")
    pathlib.Path(out, "report.md").write_text(text)
    chart(measured, out)
    print(text)


main(*sys.argv[1:])
