# SPDX-License-Identifier: MIT
"""text_header.py NAME INPUT OUTPUT: a header with a text as a string literal."""

import json
import pathlib
import sys

name, source, target = sys.argv[1:]
lines = pathlib.Path(source).read_text().splitlines()
literal = "\n    ".join(json.dumps(line + "\n") for line in lines)
pathlib.Path(target).write_text(f"static const char {name}[] =\n    {literal};\n")
