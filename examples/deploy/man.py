# SPDX-License-Identifier: MIT
"""
Prints the man page of a tool, made of what its --help and that of its commands say.

    man.py NAME VERSION PROGRAM…
"""

import os
import re
import subprocess
import sys

NAME, VERSION, *PROGRAM = sys.argv[1:]


def help_of(*command):
    return subprocess.run([*PROGRAM, *command, "--help"], capture_output=True, text=True, check=True,
                          timeout=60, env={**os.environ, "COLUMNS": "80"}).stdout.rstrip("\n")


def roff(text):
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.M)


def as_it_is(text):
    return f".nf\n{roff(text)}\n.fi"


def purpose_of(text):
    """The first sentence, for the index of pages."""
    first = next(part for part in text.split("\n\n") if not part.lower().startswith("usage:"))
    sentence = re.split(r"[:.](?:\s|$)", " ".join(first.split()))[0].removeprefix(f"{NAME} ")
    return sentence[0].lower() + sentence[1:]


def main():
    text = help_of()
    commands = re.findall(rf"^  {NAME} ([a-z][a-z-]*(?: [a-z][a-z-]*)*)(?= |$)", text, re.M)
    print(f'.TH {NAME.upper()} 1 "" "gql\\-integrations {VERSION}"')
    print(f".SH NAME\n{roff(NAME)} \\- {roff(purpose_of(text))}")
    print(f".SH DESCRIPTION\n{as_it_is(text)}")
    if commands:
        print(".SH COMMANDS")
    for command in commands:
        print(f".SS {roff(command)}\n{as_it_is(help_of(*command.split()))}")


main()
