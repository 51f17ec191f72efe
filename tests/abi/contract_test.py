# SPDX-License-Identifier: MIT
"""
Checks the contract. Prints TAP.

    contract_test.py ROOT CC LAYOUT LIBRARY PLUGIN…

The headers compile alone in each language; each function of gql_plugin.h has one thread tag; the
released layout is unchanged; plugins export one symbol, and LIBRARY, the host library, what gql_host.h
declares. LAYOUT is the golden table: after adding to the contract, append the new lines of what
layout.py prints.
"""

import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
import layout  # noqa: E402
from layout import run  # noqa: E402

ROOT, CC, LAYOUT, LIBRARY, *PLUGINS = sys.argv[1:]
HEADER = pathlib.Path(ROOT) / "abi" / "gql_plugin.h"
LAYOUT = pathlib.Path(LAYOUT)
FROZEN = LAYOUT.parent / "frozen"
TAGS = ["control", "call", "completion", "host", "any"]
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in () if good else notes:
        print(f"# {note}")
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def languages():
    """Pairs of a compiler and its arguments for each language that includes the headers."""
    for compiler, language, standard in [(CC, "c", "c11"), (CC, "c", "c17"), ("clang", "c", "c11"),
                                         ("c++", "c++", "c++17"), ("clang++", "c++", "c++17")]:
        if shutil.which(compiler) is not None:
            yield f"{compiler} {standard}", [compiler, "-x", language, f"-std={standard}", "-Wall",
                                             "-Wextra", "-Wpedantic", "-Werror",
                                             f"-I{HEADER.parent}"]


def check_headers_compile():
    for header, *more in [("gql_plugin.h",), ("gql_host.h",),
                          ("gql_plugin_kit.h", "-D_POSIX_C_SOURCE=200809L", "-Wconversion",
                           "-Wshadow", "-Wcast-qual")]:
        for language, compiler in languages():
            result = run(*compiler, *more, "-fsyntax-only", "-",
                         text_in=f'#include "{header}"\n')
            report(result.returncode == 0, f"{header} alone, {language}",
                   *result.stderr.splitlines()[:5])


def macros_program():
    """Uses every constant, and GQL_FITS and GQL_HAS at the ends of every struct."""
    text = HEADER.read_text()
    constants = [name for name, _ in layout.constants_of(text)]
    lines = [f"(void)({name});" for name in constants]
    for name, members in layout.structs_of(text):
        baseline, = [each for each in constants
                     if re.fullmatch(rf"{name.upper()}_SIZE_\d+_\d+", each)]
        lines += [f"static {name} {name}_;", f"{name} *{name}_p = &{name}_;",
                  f"{name}_.struct_size = (uint32_t){baseline};",
                  f"wrong += !GQL_FITS({name}_p, {baseline});",
                  f"{name}_.struct_size--;",
                  f"wrong += GQL_FITS({name}_p, {baseline});",
                  f"{name}_.struct_size = (uint32_t)sizeof {name}_;"]
        lines += [f"wrong += !GQL_HAS({name}_p, {member});" for member in members]
        lines += [f"{name}_.struct_size--;", f"wrong += GQL_HAS({name}_p, {members[-1]});"]
    return ('#include "gql_plugin.h"\nint main(void) {\nint wrong = 0;\n' + "\n".join(lines)
            + "\nreturn wrong != 0;\n}\n")


def check_macros():
    """Macros are compiled only where they are used."""
    program = macros_program()
    portable = [CC, "-x", "c", "-std=c11", "-U__GNUC__", f"-I{HEADER.parent}"]
    for language, compiler in [*languages(), ("a compiler without extensions", portable)]:
        with tempfile.TemporaryDirectory() as folder:
            built = run(*compiler, "-o", f"{folder}/macros", "-", text_in=program)
            result = run(f"{folder}/macros") if built.returncode == 0 else built
            report(result.returncode == 0, f"constants, GQL_HAS and GQL_FITS, {language}",
                   *built.stderr.splitlines()[:5])


def version_of(part):
    return part.partition(",")[0]


def check_table():
    """The golden table holds what was released, and all of the header."""
    parts = layout.parts_of(LAYOUT.read_text())
    golden = [line for lines in parts.values() for line in lines]
    now = layout.table_of(HEADER, CC)
    structs = [name for name in layout.grouped(golden) if name.startswith("gql_")]
    changes = layout.changes(golden, now)
    report(not changes, f"{len(structs)} structs and the constants are as they were released",
           *changes)
    report(len(structs) == len(dict(layout.structs_of(HEADER.read_text()))) >= 15,
           "the golden table has every struct", *structs)
    missing = layout.additions(golden, now)
    report(not missing, "the golden table is complete", *missing)
    version = ".".join(layout.grouped(golden)[name][0].split()[1] for name in layout.VERSION)
    report(version_of([*parts][-1]) == version, "the last part of the golden table is the header's version",
           f"{[*parts]}, {version}")
    wrong = [*layout.wrong_baselines(parts)]
    report(not wrong, "baselines are the sizes that the golden table has", *wrong)


def check_frozen_headers():
    """Each frozen header has the table of its version, so that neither can be changed alone."""
    parts = layout.parts_of(LAYOUT.read_text())
    headers = {header.parent.name: header for header in FROZEN.glob("*/gql_plugin.h")}
    report([*parts][0] in headers and "0.1" in headers, "headers are frozen", f"{[*headers]}")
    released = []
    for version, lines in parts.items():
        released += lines
        if version_of(version) in headers and f"{version}, later" not in parts:
            report_frozen(version_of(version), headers[version_of(version)], released)
    # 0.1 came before "what is here stays": only the frozen header must have its table.
    report_frozen("0.1", headers["0.1"],
                  layout.parts_of((FROZEN / "0.1" / "layout.txt").read_text())["0.1"])


def report_frozen(version, header, released):
    now = layout.table_of(header, CC)
    report(layout.grouped(released) == layout.grouped(now),
           f"the frozen header of {version} has the golden table of {version}",
           *layout.changes(released, now), *layout.additions(released, now))


def check_ends():
    """
    An old writer's struct_size covers padding. A member added there would look as if it were
    written.
    """
    sizes = layout.sizes_of(HEADER, CC)
    groups = layout.grouped(layout.table_of(HEADER, CC))
    padded = [f"{name} has {size} bytes, its members end earlier: {groups[name][-1]}"
              for name, size in sizes.items()
              if sum(map(int, groups[name][-1].split()[1:])) != size]
    report(not padded, "no struct ends with padding", *padded)


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


def exported(file):
    symbols = [line.split()[-1]
               for line in run("nm", "-D", "--defined-only", file).stdout.splitlines()]
    return [symbol for symbol in symbols if not symbol.startswith(("__asan", "__odr_asan"))]


def check_library():
    text = layout.uncommented((HEADER.parent / "gql_host.h").read_text())
    declared = re.findall(r"^\w[\w *]*?\b(gql_\w+)\(", text, re.M)
    symbols = exported(LIBRARY)
    report(sorted(symbols) == sorted(declared) and len(declared) > 30,
           f"the host library exports the {len(declared)} functions of gql_host.h",
           f"{sorted(set(symbols) ^ set(declared))}")


def check_exports():
    for plugin in PLUGINS:
        symbols = exported(plugin)
        report(symbols == ["gql_plugin_entry_v0"],
               f"{pathlib.Path(plugin).name} exports the entry alone", f"{symbols}")
        sections = run("readelf", "-SW", plugin).stdout
        report(".ctors" not in sections and ".dtors" not in sections,
               f"{pathlib.Path(plugin).name} has no constructors of its own")


def main():
    check_headers_compile()
    check_macros()
    check_table()
    check_frozen_headers()
    check_ends()
    check_tags()
    check_library()
    check_exports()
    print(f"1..{len(RESULTS)}")


main()
