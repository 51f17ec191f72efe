# SPDX-License-Identifier: MIT
"""
For each check there is a plugin that violates it alone: exactly that check must fail, in TAP and in
JSON. See plugin_check.py for the arguments.
"""

import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from faults_table import CASES, UNDER_SANITIZERS
from plugin_check import (HELLO, ROOT, SANITIZED, end, expect_failure, failed, plugin, read_tap,
                          report, run)


def find_mismatch(check, detail, tap):
    outcomes, diagnostics = read_tap(tap.stdout)
    diagnostic = diagnostics.get(check, {"detail": "", "cure": ""})
    if tap.returncode != 1:
        return f"it ended with {tap.returncode}"
    if failed(outcomes) != [check]:
        return f"{failed(outcomes)} failed"
    if detail not in diagnostic["detail"] or not diagnostic["cure"]:
        return f"detail and cure are not as expected: {detail}"
    return None


def find_mismatch_in_json(check, detail, text):
    document = json.loads(text)
    results = {each["name"]: each for each in document["checks"]}
    outcomes = {name: each["result"] for name, each in results.items()}
    if failed(outcomes) != [check] or document["failed"] != 1:
        return f"JSON says otherwise: {text}"
    if detail not in results[check]["detail"] or not results[check]["cure"]:
        return f"in JSON, detail and cure are not as expected: {results[check]}"
    return None


def judge(case):
    fault, check, detail, *options = case
    tap = run(*options, plugin(fault))
    if SANITIZED and fault in UNDER_SANITIZERS:
        skipped = tap.returncode == 0 and read_tap(tap.stdout)[0][check] == "skip"
        return fault, check, None if skipped else "it must be skipped under a sanitizer", tap
    wrong = find_mismatch(check, detail, tap)
    first = next(each for each in CASES if each[1] == check)
    if wrong is None and case is first:
        wrong = find_mismatch_in_json(check, detail, run("--json", *options, plugin(fault)).stdout)
    return fault, check, wrong, tap


def check_faults():
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for fault, check, wrong, tap in pool.map(judge, CASES):
            report(wrong is None, f"{check} fails for {fault}, and nothing else",
                   *([] if wrong is None else [wrong, tap.stdout, tap.stderr]))
    outcomes, _ = read_tap(run(plugin("NONE")).stdout)
    unproved = set(outcomes) - {check for _, check, *_ in CASES} - {"bind-host"}
    report(not unproved, "every check has a plugin that violates it", *unproved)


def check_host_schema(folder):
    schema = folder / "host.graphql"
    schema.write_text("type Query { thing: Int } type Mutation { x: Int }")
    expect_failure("bind-host fails where the host has the field", "bind-host",
                   "`Query.thing` of the plugin org.example.faulty is already defined by the host",
                   "--host-schema", str(schema), plugin("NONE"))


def check_files(folder):
    data = pathlib.Path(HELLO).read_bytes()
    broken = folder / "broken.so"
    for name, content, detail in [("for another machine", data[:18] + b"\x01\x55" + data[20:],
                                   "built for another machine"),
                                 ("that was copied in part", data[:4000], "truncated"),
                                 ("that is a program", data[:16] + b"\x02" + data[17:],
                                  "not a shared object")]:
        broken.write_bytes(content)
        tap = expect_failure(f"a file {name} fails", "file", detail, str(broken))
        report(re.search(rf"^Bail out! .*{detail}", tap.stdout, re.M) is not None,
               f"a file {name} ends the run", tap.stdout)


def check_cxx(folder):
    """A plugin in C++ whose templates are visible, built with any C++ compiler."""
    if shutil.which("c++") is None or SANITIZED:
        return
    source, module = folder / "weak.cc", folder / "weak.so"
    source.write_text('#include <vector>\n#include "gql_plugin.h"\n'
                      'const gql_plugin *gql_plugin_entry_v0(uint32_t major, uint32_t minor)\n'
                      '{ std::vector<uint32_t> both; both.push_back(major); both.push_back(minor); '
                      'return both.size() == 3 ? new gql_plugin : nullptr; }\n')
    built = subprocess.run(["c++", "-shared", "-fPIC", "-O0", f"-I{ROOT}/abi", "-o", module,
                            source], capture_output=True, text=True)
    tap = run(str(module))
    outcomes, diagnostics = read_tap(tap.stdout) if built.returncode == 0 else ({}, {})
    diagnostic = diagnostics.get("exports", {"detail": "", "cure": ""})
    good = ("among them weak symbols of C++" in diagnostic["detail"]
            and "-fvisibility=hidden" in diagnostic["cure"])
    report(good, "weak symbols of C++ are reported as such",
           *([] if good else [built.stderr, tap.stdout]))


def main():
    check_faults()
    with tempfile.TemporaryDirectory() as name:
        for each in (check_host_schema, check_files, check_cxx):
            each(pathlib.Path(name))
    end()


main()
