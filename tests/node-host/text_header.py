# SPDX-License-Identifier: MIT
"""text_header.py OUTPUT NAME INPUT [NAME INPUT]…: writes a header with the texts as string literals."""

import json
import pathlib
import sys


def definition(name, source):
    lines = pathlib.Path(source).read_text().splitlines()
    literal = "\n    ".join(json.dumps(line + "\n") for line in lines)
    return f"static const char {name}[] =\n    {literal};\n"


target, *rest = sys.argv[1:]
pathlib.Path(target).write_text("".join(map(definition, rest[::2], rest[1::2])))
