# SPDX-License-Identifier: MIT
"""
gql-plugin-new writes a plugin that builds, and whose tests pass and notice faults. Prints TAP.

    new_test.py ROOT
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
TOOL = ROOT / "abi/new/gql-plugin-new"
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in [] if good else notes:
        print(f"# {note}".replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}", flush=True)


def run(*command, cwd):
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("MESON", "NINJA", "MALLOC"))}
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True,
                          timeout=500, env={**clean, "CCACHE_NOHASHDIR": "1"})


def check_usage(folder):
    for wrong, said in [
        ([], "NAME"), (["Orders"], "can't be a name"), (["a--b"], "can't be a name"),
        (["-a"], "usage"), (["../x"], "can't be a name"), (["a" * 65], "can't be a name"),
        (["1st"], "can't be a name"), (["a", "b"], "usage"), (["a", "--id", "orders"], "--id"),
        (["a", "--id", "org..x"], "--id"), (["a", "--sdk", "/no such"], "--sdk '/no such'"),
        (["a", "--url", "a b"], "--url"), (["a", "--folder", "."], "exists"),
        (["a", "--folder", "/proc/a"], "/proc/a"),
    ]:
        told = run(TOOL, *wrong, cwd=folder)
        report(told.returncode == 2 and said in told.stderr and told.stdout == ""
               and "Traceback" not in told.stderr, f"refused: {' '.join(wrong) or 'nothing'}"[:70],
               told.returncode, told.stdout, told.stderr)
    report(not list(folder.iterdir()), "and nothing is written", *folder.iterdir())
    told = run(TOOL, "--help", cwd=folder)
    report(told.returncode == 0 and all(
        option in told.stdout for option in ["NAME", "--id", "--folder", "--sdk", "--url"]),
        "--help names every option", told.stdout)


def check_files(folder):
    """What is written, before anything is built."""
    command, shown = re.search(r"^\$ abi/new/gql-plugin-new (.*)\n((?:.*\n)*?)```",
                               (ROOT / "abi/README.md").read_text(), re.M).groups()
    made = run(TOOL, *command.split(), cwd=folder)
    plugin = folder / "order-notes"
    files = [path for path in plugin.rglob("*") if path.is_file()]
    report(made.returncode == 0 and made.stdout == shown, "a plugin is written, as the page shows",
           made.stdout, made.stderr)
    left = [path for path in files if re.search(r"@[A-Z]+@", path.read_text())
            or path.suffix == ".in"]
    report(len(files) == 9 and not left, "without a word of the template left", *left, *files)
    source = (plugin / "plugin.c").read_text()
    report('"com.example.order-notes"' in source and "orderNotesGreeting(" in source
           and "type OrderNotesGreeting {" in source, "its names are of their kinds", source)
    wrap = (plugin / "subprojects/gql-integrations.wrap").read_text()
    report("url = https://git.example.com/gql-integrations.git\n" in wrap and "revision = " in wrap,
           "others get the SDK from the url", wrap)
    json.loads((plugin / "tests/calls.json").read_text())
    check_origin(folder)
    formatter = shutil.which("clang-format-14") or shutil.which("clang-format")
    if formatter is not None:
        formatted = run(formatter, f"--style=file:{ROOT}/.clang-format", "--dry-run", "--Werror",
                        "plugin.c", "tests/test_plugin.c", cwd=plugin)
        report(formatted.returncode == 0, "its C is formatted", formatted.stderr)
    readme = (plugin / "README.md").read_text()
    named = re.findall(r"^\| `(\S+)` \|", readme, re.M)
    missing = [name for name in named if not (plugin / name).exists()]
    report(len(named) == 5 and not missing, "its page names files that exist", *missing)
    return plugin


def check_origin(folder):
    """Without --url, others get the SDK where the checkout comes from."""
    sdk = folder / "sdk"
    (sdk / "abi").mkdir(parents=True)
    (sdk / "abi/gql_plugin_kit.h").touch()
    for number, (origin, url) in enumerate(case for case in [
        (None, "https://example.org/set-the-url/gql-integrations.git"),
        ("https://ada:secret@git.example.com/a.git", "https://git.example.com/a.git"),
        ("git@git.example.com:a.git", "git@git.example.com:a.git"),
    ] if case[0] is None or shutil.which("git") is not None):
        if origin is not None:
            run("git", "init", "--quiet", ".", cwd=sdk)
            run("git", "remote", "remove", "origin", cwd=sdk)
            run("git", "remote", "add", "origin", origin, cwd=sdk)
        made = run(TOOL, f"p{number}", "--sdk", sdk, cwd=folder)
        wrap = (folder / f"p{number}/subprojects/gql-integrations.wrap").read_text()
        report(f"url = {url}\n" in wrap and (origin is None) == ("set the SDK's url" in made.stdout),
               f"without --url: {url}", wrap, made.stdout)


def outcomes(folder):
    """The tests of a built plugin, and what came of each."""
    tested = run("meson", "test", "-C", "build", cwd=folder)
    found = dict(re.findall(r"^\s*\d+/\d+ (\w+) +(\w+) ", tested.stdout, re.M))
    log = (folder / "build/meson-logs/testlog.txt").read_text()
    return found, tested.stdout + log


def check_build(plugin):
    made = run("meson", "setup", "build", "-Dbuildtype=plain", "-Dwerror=true",
               "-Dgql-integrations:werror=false", cwd=plugin)
    report(made.returncode == 0, "meson setup", made.stdout, made.stderr)
    made = run("ninja", "-C", "build", "-j2", cwd=plugin)
    report(made.returncode == 0 and (plugin / "build/order-notes.so").exists(),
           "it builds without a warning", made.stdout[-3000:], made.stderr)
    found, log = outcomes(plugin)
    report(found == {"calls": "OK", "checks": "OK"}, "its tests pass", found, log)
    source = plugin / "plugin.c"
    text = source.read_text()
    source.write_text(text.replace("if (!gql_kit_may(", "if (size == 0 && !gql_kit_may("))
    made = run("ninja", "-C", "build", "-j2", cwd=plugin)
    found, log = outcomes(plugin)
    report(text != source.read_text() and made.returncode == 0
           and found == {"calls": "ERROR", "checks": "ERROR"},
           "its tests notice grants that are not looked at", made.stdout, found, log)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        check_usage(folder)
        check_build(check_files(folder))
    print(f"1..{len(RESULTS)}")


main()
