# SPDX-License-Identifier: MIT
"""
The layout of a header like gql_plugin.h: members with their offset and size, and constants.

    layout.py HEADER CC     prints the table

A golden table (layout.txt) is that of a released header. It has a part for each version, which
holds only what the version added.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# Each version has its own values, so only the newest part of a table counts.
VERSION = ["GQL_ABI_MAJOR", "GQL_ABI_MINOR"]


def run(*command, text_in=None):
    return subprocess.run(command, input=text_in, capture_output=True, text=True, timeout=120)


def uncommented(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def structs_of(text):
    """The names of structs with their members, in order."""
    for match in re.finditer(r"struct (gql_\w+) \{(.*?)^\}", uncommented(text), re.M | re.S):
        members = re.findall(r"\(\*(\w+)\)\s*\(|(\w+)(?:\[\d+\])?;", match.group(2))
        # The pattern for data does not match parameters of functions, which end in `);`.
        yield match.group(1), [function or data for function, data in members]


def constants_of(text):
    """The names of macros that stand for a number or a text, with whether it is a text."""
    pattern = r"^#define (GQL_\w+)[ \t]+(?!__attribute__)(\S)"
    for name, start in re.findall(pattern, uncommented(text), re.M):
        yield name, start == '"'


def evaluated(header, compiler, statements):
    """The lines that C statements print in a program that includes the header."""
    program = (f'#include <stddef.h>\n#include <stdio.h>\n#include "{pathlib.Path(header).name}"\n'
               f'int main(void) {{ {" ".join(statements)} return 0; }}\n')
    with tempfile.TemporaryDirectory() as folder:
        binary = str(pathlib.Path(folder) / "layout")
        built = run(compiler, "-x", "c", "-std=gnu11", f"-I{pathlib.Path(header).parent}", "-o",
                    binary, "-", text_in=program)
        if built.returncode != 0:
            raise SystemExit("Bail out! " + built.stderr)
        return run(binary).stdout.splitlines()


def table_of(header, compiler):
    """The lines of the table, as the compiler sees the header."""
    text = pathlib.Path(header).read_text()
    members = [f'printf("{name}.{member} %zu %zu\\n", '
               f'offsetof({name}, {member}), sizeof((({name} *)0)->{member}));'
               for name, members in structs_of(text) for member in members]
    constants = [f'printf("{name} \\"%s\\"\\n", {name});' if is_text
                 else f'printf("{name} %lld\\n", (long long)({name}));'
                 for name, is_text in constants_of(text)]
    return evaluated(header, compiler, members + constants)


def sizes_of(header, compiler):
    """The size of each struct, with padding."""
    names = [name for name, _ in structs_of(pathlib.Path(header).read_text())]
    lines = evaluated(header, compiler,
                      [f'printf("{name} %zu\\n", sizeof({name}));' for name in names])
    return {name: int(size) for name, size in map(str.split, lines)}


def parts_of(text):
    """The parts of a golden table, as lists of lines by version: "0.2", "0.2, later"."""
    parts = {}
    for line in text.splitlines():
        heading = re.fullmatch(r"# ABI (\d+\.\d+(, later)?)", line)
        if heading:
            parts[heading.group(1)] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return parts


def grouped(lines):
    """The lines of each struct and of each constant, in order."""
    groups = {}
    for line in lines:
        groups.setdefault(re.split(r"[. ]", line)[0], []).append(line)
    for name in VERSION:
        groups[name] = groups.get(name, [])[-1:]
    return groups


def changes(golden, now):
    """What the lines of a golden table say and a table does not: nothing released may change."""
    released, here = grouped(golden), grouped(now)
    return [f"{name} was {old}, and is {here.get(name, [])[:len(old)]}"
            for name, old in released.items() if here.get(name, [])[:len(old)] != old]


def additions(golden, now):
    """The lines of a table that the golden table does not have."""
    released = grouped(golden)
    return [line for name, lines in grouped(now).items()
            for line in lines[len(released.get(name, [])):]]


def wrong_baselines(parts):
    """Baselines that are not the end of the last member that a struct had in its first version."""
    for version, lines in parts.items():
        groups = grouped(lines)
        suffix = "_SIZE_" + version.replace(".", "_")
        ends = {name: sum(map(int, group[-1].split()[1:])) for name, group in groups.items()
                if group and group[0].startswith(name + ".struct_size ")}
        expected = {name.upper() + suffix: end for name, end in ends.items()}
        found = {name: int(group[0].split()[1]) for name, group in groups.items()
                 if name.endswith(suffix)}
        for name in sorted(expected.keys() | found.keys()):
            if expected.get(name) != found.get(name):
                yield f"{name} is {found.get(name)}, and the struct ends at {expected.get(name)}"


if __name__ == "__main__":
    print("\n".join(table_of(*sys.argv[1:])))
