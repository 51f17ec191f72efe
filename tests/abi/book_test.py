# SPDX-License-Identifier: MIT
"""
Checks pages: quotes equal the files, commands print what is shown. Prints TAP.

    book_test.py ROOT BUILD FILE…
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT, BUILD, *BOOKS = sys.argv[1:]
RESULTS = []

# A command of build/examples/hello, build/abi/check or examples/host-python, and what it prints.
COMMAND = (r"^\$ ((?:build/(?:examples/hello|abi/check)|python3 examples/host-python)/.*)\n"
           r"((?:(?!\$ ).*\n)*)")
OPTIONAL = "examples/hello-rust/hello-rust.so"  # Built only if rustc is installed.

# The examples that the book shows in whole, and how many lines are enough.
SMALL = {"examples/hello/hello.c": 130, "examples/hello-rust/hello.rs": 160,
         "examples/host-python/host.py": 230}


def report(good, name, *notes):
    RESULTS.append(good)
    for note in notes:
        print("# " + note.replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def check_quotes(book, text):
    for name, quoted in re.findall(r"<!-- quotes (\S+) -->\n```\w+\n(.*?)```", text, re.S):
        report((pathlib.Path(ROOT) / name).read_text() == quoted, f"{book} quotes {name} as it is")


def check_commands(book, text):
    """Runs the commands that need no server."""
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for command, shown in re.findall(COMMAND, block, re.M):
            if OPTIONAL in command and not (pathlib.Path(BUILD) / OPTIONAL).exists():
                report(True, f"{book}: {command} # SKIP rustc is not installed")
            else:
                check_command(book, command, shown)


def check_command(book, command, shown):
    result = subprocess.run(["sh", "-c", command.replace("build/", f"{BUILD}/")], cwd=ROOT,
                            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    printed = result.stdout.replace(f"{BUILD}/", "build/")
    report(printed == shown, f"{book}: {command}",
           *([] if printed == shown else [f"it printed: {printed}"]))


def main():
    for book in BOOKS:
        text = (pathlib.Path(ROOT) / book).read_text()
        check_quotes(book, text)
        check_commands(book, text)
    for name, enough in SMALL.items():
        lines = len((pathlib.Path(ROOT) / name).read_text().splitlines())
        report(lines < enough, f"{name} has {lines} lines")
    print(f"1..{len(RESULTS)}")


main()
