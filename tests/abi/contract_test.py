# SPDX-License-Identifier: MIT
"""
Checks the contract. Prints TAP.

    contract_test.py ROOT CC LAYOUT PLUGIN…

The headers compile alone in each language; each function of gql_plugin.h has one thread tag; the
released layout is unchanged; plugins export one symbol. LAYOUT is the golden table: after adding to
the contract, append what `--write` as the last argument prints.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT, CC, LAYOUT, *PLUGINS = sys.argv[1:]
HEADER = pathlib.Path(ROOT) / "abi" / "gql_plugin.h"
TAGS = ["control", "call", "completion", "host", "any"]
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in notes:
        print(f"# {note}")
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def run(*command, text_in=None):
    return subprocess.run(command, input=text_in, capture_output=True, text=True, timeout=120)


def check_headers_compile():
    for header in ["gql_plugin.h", "gql_host.h"]:
        for compiler, language, standard in [(CC, "c", "c11"), (CC, "c", "c17"),
                                             ("c++", "c++", "c++17"), ("clang", "c", "c11")]:
            if shutil.which(compiler) is None:
                continue
            result = run(compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra",
                         "-Wpedantic", "-Werror", "-fsyntax-only",
                         f"-I{HEADER.parent}", "-", text_in=f'#include "{header}"\n')
            report(result.returncode == 0, f"{header} alone, {compiler} {standard}",
                   *result.stderr.splitlines()[:5])


def uncommented(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def structs_of(text):
    """The names of structs with their members, in order."""
    for match in re.finditer(r"struct (gql_\w+) \{(.*?)^\}", uncommented(text), re.M | re.S):
        members = re.findall(r"\(\*(\w+)\)\s*\(|(\w+)(?:\[\d+\])?;", match.group(2))
        # The pattern for data does not match parameters of functions, which end in `);`.
        yield match.group(1), [function or data for function, data in members]


def constants_of(text):
    return re.findall(r"^#define (GQL_\w+) \(?(-?\d+)u?\)?", uncommented(text), re.M)


def layout():
    text = HEADER.read_text()
    lines = []
    for name, members in structs_of(text):
        lines += [f'printf("{name}.{member} %zu %zu\\n", '
                  f'offsetof({name}, {member}), sizeof((({name} *)0)->{member}));'
                  for member in members]
    program = ('#include <stddef.h>\n#include <stdio.h>\n#include "gql_plugin.h"\n'
               f'int main(void) {{ {" ".join(lines)} return 0; }}\n')
    with tempfile.TemporaryDirectory() as folder:
        binary = str(pathlib.Path(folder) / "layout")
        built = run(CC, "-x", "c", "-std=gnu11", f"-I{HEADER.parent}", "-o", binary, "-",
                    text_in=program)
        if built.returncode != 0:
            raise SystemExit("Bail out! " + built.stderr)
        table = run(binary).stdout.splitlines()
    return table + [f"{name} {value}" for name, value in constants_of(text)]


def grouped(lines):
    groups = {}
    for line in lines:
        groups.setdefault(re.split(r"[. ]", line)[0], []).append(line)
    return groups


def check_layout():
    golden = grouped(line for line in pathlib.Path(LAYOUT).read_text().splitlines()
                     if line and not line.startswith("#"))
    now = grouped(layout())
    changes = [f"{name} was {old}, and is {now.get(name, [])[:len(old)]}"
               for name, old in golden.items() if now.get(name, [])[:len(old)] != old]
    report(not changes, f"the layout of {len(golden)} structs and constants is the released one",
           *changes)
    missing = [line for name, lines in now.items() for line in lines[len(golden.get(name, [])):]]
    report(not missing, "the golden table is complete", *missing)
    report(len([name for name in golden if name.startswith("gql_")]) >= 14,
           "the table holds every struct")


def check_tags():
    """The comment above each function has exactly one tag in its first sentence."""
    text = HEADER.read_text()
    places = [match.start()
              for match in re.finditer(r"\(\*\w+\)\s*\(|^GQL_PLUGIN_EXPORT const", text, re.M)]
    untagged = []
    for place in places:
        end = text.rfind("*/", 0, place)
        comment = text[text.rfind("/*", 0, end):end]
        tags = [tag for tag in re.findall(r"\[(\w+)\]", comment.split("\n\n")[0].split(". ")[0])
                if tag in TAGS]
        line = text[text.rfind("\n", 0, place) + 1:text.find("\n", place)].strip()
        if line.startswith(("GQL_PLUGIN_EXPORT",)):
            continue  # Declared for the compiler; its type above has the tag.
        if len(tags) != 1:
            untagged.append(f"{line}: {tags}")
    report(not untagged and len(places) > 12,
           f"each of {len(places)} functions has one thread tag", *untagged)


def check_exports():
    for plugin in PLUGINS:
        symbols = [line.split()[-1]
                   for line in run("nm", "-D", "--defined-only", plugin).stdout.splitlines()]
        symbols = [symbol for symbol in symbols
                   if not symbol.startswith(("__asan", "__odr_asan"))]
        report(symbols == ["gql_plugin_entry_v0"],
               f"{pathlib.Path(plugin).name} exports the entry alone", f"{symbols}")
        sections = run("readelf", "-SW", plugin).stdout
        report(".ctors" not in sections and ".dtors" not in sections,
               f"{pathlib.Path(plugin).name} has no constructors of its own")


def main():
    if "--write" in PLUGINS:
        print("\n".join(layout()))
        return
    check_headers_compile()
    check_layout()
    check_tags()
    check_exports()
    print(f"1..{len(RESULTS)}")


main()
