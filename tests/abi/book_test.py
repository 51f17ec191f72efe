# SPDX-License-Identifier: MIT
"""
Checks pages: quotes equal the files, commands print what is shown, links lead somewhere. Prints
TAP.

    book_test.py ROOT BUILD FILE…
"""

import pathlib
import re
import subprocess
import sys

ROOT, BUILD, *BOOKS = sys.argv[1:]
RESULTS = []

# A command of build/examples/hello or build/abi/check, and the lines that it prints.
COMMAND = r"^\$ (build/(?:examples/hello|abi/check)/.*)\n((?:(?!\$ ).*\n)*)"


def report(good, name, *notes):
    RESULTS.append(good)
    for note in notes:
        print("# " + note.replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def check_quotes(book, text):
    for name, quoted in re.findall(r"<!-- quotes (\S+) -->\n```\w+\n(.*?)```", text, re.S):
        report((pathlib.Path(ROOT) / name).read_text() == quoted, f"{book} quotes {name} as it is")


def check_commands(book, text):
    """Runs the commands of build/examples/hello and build/abi/check, which need no server."""
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for command, shown in re.findall(COMMAND, block, re.M):
            result = subprocess.run(["sh", "-c", command.replace("build/", f"{BUILD}/")],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True, timeout=60)
            printed = result.stdout.replace(f"{BUILD}/", "build/")
            report(printed == shown, f"{book}: {command}",
                   *([] if printed == shown else [f"it printed: {printed}"]))


def check_links(book, text):
    folder = (pathlib.Path(ROOT) / book).parent
    missing = [link for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
               if not (folder / link).exists()]
    report(not missing, f"the links of {book} lead somewhere", *missing)


def main():
    for book in BOOKS:
        text = (pathlib.Path(ROOT) / book).read_text()
        check_quotes(book, text)
        check_commands(book, text)
        check_links(book, text)
    lines = len((pathlib.Path(ROOT) / "examples/hello/hello.c").read_text().splitlines())
    report(lines < 160, f"the smallest plugin has {lines} lines")
    print(f"1..{len(RESULTS)}")


main()
