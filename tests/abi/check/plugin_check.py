# SPDX-License-Identifier: MIT
"""
What the tests of gql-plugin-check share: they run it and read its reports. Each of them prints TAP
and takes the same arguments:

    CHECK FAULTS HELLO INTEGRATIONS HOST_SCHEMA plain|sanitized
"""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

CHECK, FAULTS, HELLO, INTEGRATIONS, HOST_SCHEMA, BUILD = sys.argv[1:]
SANITIZED = BUILD == "sanitized"
PLUGINS = pathlib.Path(CHECK).parents[2] / "tests/abi"
ROOT = pathlib.Path(FAULTS).resolve().parents[3]
RESULTS = []
DATABASE = '{"database": {"path": "{scratch}/check.db"}}'

WRITE = ["--calls", '[{"type": "Mutation", "field": "write", "arguments": {"text": "x"}}]']

NUMBERS = dict(re.findall(r"^#define FAULT_(\w+) (\d+)", pathlib.Path(FAULTS).read_text(), re.M))


def report(good, name, *notes):
    RESULTS.append(good)
    for note in notes:
        print("# " + str(note).replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}", flush=True)


def run(*arguments):
    return subprocess.run([CHECK, *arguments], capture_output=True, text=True, timeout=300)


def plugin(fault):
    return str(PLUGINS / f"faulty_{NUMBERS[fault]}.so")


def read_tap(text):
    """
    The outcome of each check, and the diagnostics of those that failed. Raises ValueError if the
    text is not TAP 14.
    """
    lines = text.splitlines()
    if lines[0] != "TAP version 14" or not re.fullmatch(r"1\.\.\d+", lines[1]):
        raise ValueError("it does not begin as TAP 14 does")
    outcomes, diagnostics = {}, {}
    for position, line in enumerate(lines[2:], 2):
        match = re.fullmatch(r"(ok|not ok) (\d+) - ([\w-]+): [^#]+?( # SKIP .+)?", line)
        if match:
            if int(match.group(2)) != len(outcomes) + 1:
                raise ValueError(f"the numbers do not rise by one: {line}")
            name = match.group(3)
            outcomes[name] = "skip" if match.group(4) else match.group(1)
        elif re.match(r"(ok|not ok)\b", line):
            raise ValueError(f"not a line of TAP: {line}")
        elif line == "  ---":
            end = lines.index("  ...", position)
            entries = [entry.strip().split(": ", 1) for entry in lines[position + 1:end]]
            diagnostics[name] = {key: json.loads(value) for key, value in entries}
    bailed_out = any(line.startswith("Bail out!") for line in lines)
    if len(outcomes) != int(lines[1][3:]) and not bailed_out:
        raise ValueError("the plan is not fulfilled")
    return outcomes, diagnostics


def failed(outcomes):
    return [name for name, outcome in outcomes.items() if outcome == "not ok"]


def expect_pass(name, skipped, *arguments):
    """Nothing fails, and only these are skipped."""
    if SANITIZED:
        skipped = ["constructors", *skipped]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        tap, structured = pool.map(lambda more: run(*more, *arguments), ([], ["--json"]))
    outcomes, _ = read_tap(tap.stdout)
    document = json.loads(structured.stdout)
    left_out = [check for check, outcome in outcomes.items() if outcome == "skip"]
    good = tap.returncode == 0 and not failed(outcomes) and left_out == skipped
    other = [each for each in document["checks"] if each["result"] != outcomes[each["name"]]]
    same = not other and len(document["checks"]) == len(outcomes)
    report(good and same, name,
           *([] if good and same
             else [tap.stdout, tap.stderr, f"skipped: {left_out}; otherwise in JSON: {other}"]))
    return tap, document


def expect_failure(name, check, detail, *arguments):
    tap = run(*arguments)
    outcomes, diagnostics = read_tap(tap.stdout)
    good = (tap.returncode == 1 and failed(outcomes) == [check]
            and detail in diagnostics[check]["detail"])
    report(good, name, *([] if good else [tap.stdout, tap.stderr]))
    return tap


def end():
    """Prints the plan."""
    print(f"1..{len(RESULTS)}")
