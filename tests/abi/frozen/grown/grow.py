# SPDX-License-Identifier: MIT
"""
Grows a header as a later version may: grow.py HEADER OUTPUT.

Every struct gets members at its end, and nothing else changes. GQL_GROWN initializes them with
garbage, which crashes whoever follows it.
"""

import pathlib
import re
import sys

MEMBERS = """
    /* Of a later version. */
    uint64_t grown_number;
    const char *grown_text;
    void (*grown_function)(void);
"""
GARBAGE = "0xFEFEFEFEFEFEFEFE"
INITIALIZERS = f"""\
#define GQL_GROWN_NUMBER UINT64_C({GARBAGE})
#define GQL_GROWN                                          \\
    .grown_number = GQL_GROWN_NUMBER,                      \\
    .grown_text = (const char *)GQL_GROWN_NUMBER,          \\
    .grown_function = (void (*)(void))GQL_GROWN_NUMBER

"""
STRUCT = re.compile(r"(struct gql_\w+ \{\n    uint32_t struct_size;.*?)(^\})", re.M | re.S)
INCLUDE = "#include <stdint.h>\n\n"


def grown(text):
    text, structs = STRUCT.subn(lambda match: match.group(1) + MEMBERS + match.group(2), text)
    expected = text.count("uint32_t struct_size;")
    if structs != expected or structs == 0 or text.count(INCLUDE) != 1:
        raise SystemExit(f"{structs} of {expected} structs grown")
    return text.replace(INCLUDE, INCLUDE + INITIALIZERS)


pathlib.Path(sys.argv[2]).write_text(grown(pathlib.Path(sys.argv[1]).read_text()))
