# SPDX-License-Identifier: MIT
"""
Compares gql_plugin.h with a committed baseline by abidiff. Prints TAP.

    abidiff_test.py ROOT CC            tests the header
    abidiff_test.py ROOT CC --write    prints the baseline of the header

The golden table has places, sizes and constants; the baseline has the types. A library with a
function for each struct exposes all of them. abidiff runs with -t and --harmless, and without
suppressions: its "inserted at end" would accept an insertion in the middle. After adding to the
contract, write the baseline again, and read the difference.

Copies of the header that are changed in one place each prove that both find what they must.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT, CC, *OPTIONS = sys.argv[1:]
ABI_TESTS = pathlib.Path(ROOT) / "tests" / "abi"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ABI_TESTS))
import layout  # noqa: E402

HEADER = pathlib.Path(ROOT) / "abi" / "gql_plugin.h"
BASELINE = ABI_TESTS / "abidiff" / "baseline.abi"
SPDX_LINE = "<!-- SPDX-License-Identifier: MIT -->\n"  # abidiff reads no file that starts with it.
# Nothing of the machine that wrote the baseline: no paths, no lines, no architecture.
ABIDW = ["abidw", "--load-all-types", "--no-comp-dir-path", "--no-corpus-path", "--no-show-locs",
         "--no-architecture", "--type-id-style", "hash"]
ABIDIFF = ["abidiff", "-t", "--harmless", "--no-architecture"]
TYPES = ["gql_resolve_fn", "gql_plugin_entry_fn"]

# Changes of one place: what they do, the text, its replacement, and who must find them.
CHANGES = [
    ("another sign of a member", "uint32_t actor_kind;", "int32_t actor_kind;", "abidiff"),
    ("another size of a member", "uint64_t deadline;", "uint32_t deadline;", "abidiff, table"),
    ("another length of an array", "char message[1016];", "char message[1024];", "abidiff, table"),
    ("a pointer that is no longer to const", "const char *trace_id;", "char *trace_id;", "abidiff"),
    ("an array in place of an array of pointers", "const gql_loader *const *loaders;",
     "const gql_loader *loaders;", "abidiff"),
    ("another type of a parameter", "(*owns)(const char *id, uint64_t id_size)",
     "(*owns)(const char *id, int64_t id_size)", "abidiff"),
    ("a parameter more", "(*drain)(gql_instance *instance)",
     "(*drain)(gql_instance *instance, uint32_t wait)", "abidiff"),
    ("another type of a result", "void (*deinit)(void)", "int32_t (*deinit)(void)", "abidiff"),
    ("another type of resolvers", "gql_resolve_fn)(gql_instance *instance, const gql_call *call,",
     "gql_resolve_fn)(gql_instance *instance, gql_call *call,", "abidiff"),
    ("another type of the entry", "gql_plugin_entry_fn)(uint32_t host_abi_major, uint32_t",
     "gql_plugin_entry_fn)(uint32_t host_abi_major, uint64_t", "abidiff"),
    ("another name", "const char *occurrence;", "const char *instance;", "abidiff, table"),
    ("another order", "uint32_t source_type;\n    uint32_t reserved;",
     "uint32_t reserved;\n    uint32_t source_type;", "abidiff, table"),
    ("a member less", "    uint64_t response_name_size;\n} gql_call;", "} gql_call;",
     "abidiff, table"),
    ("a member more at the end", "    uint64_t response_name_size;\n} gql_call;",
     "    uint64_t response_name_size;\n    uint64_t more;\n} gql_call;", "abidiff, additions"),
    ("another number", "#define GQL_PENDING 1", "#define GQL_PENDING 2", "table"),
    ("another negative number", "#define GQL_E_CONFIG (-5)", "#define GQL_E_CONFIG (-8)", "table"),
    ("another bit", "#define GQL_CALL_SHAPED (1u << 16)", "#define GQL_CALL_SHAPED (1u << 17)",
     "table"),
    ("another text", '"DEADLINE_EXCEEDED"  ', '"DEADLINE"  ', "table"),
    ("another baseline", "GQL_SIZE_THROUGH(gql_request, idempotency_key_size)",
     "GQL_SIZE_THROUGH(gql_request, cancelled)", "table"),
    ("a constant less", "#define GQL_ACTOR_SYSTEM 3u\n", "", "table"),
    ("a constant more", "#define GQL_PENDING 1", "#define GQL_PENDING 1\n#define GQL_LATER 2",
     "additions"),
]
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in () if good else notes:
        print("# " + note.replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def surface_of(names):
    """A library that exposes types by functions, so that none hides behind void *."""
    functions = [f"void surface_{name}(const {name} *it);\n"
                 f"void surface_{name}(const {name} *it) {{ (void)it; }}\n" for name in names]
    return '#include "gql_plugin.h"\n' + "".join(functions)


def written(folder):
    """What abidw writes of the header in a folder."""
    names = [name for name, _ in layout.structs_of((folder / "gql_plugin.h").read_text())] + TYPES
    (folder / "surface.c").write_text(surface_of(names))
    for command in ([CC, "-std=gnu11", "-g", "-fPIC", "-shared", "-o", "surface.so", "surface.c"],
                    [*ABIDW, "--out-file", "surface.abi", "surface.so"]):
        result = run(*command, cwd=folder)
        if result.returncode != 0:
            raise SystemExit(f"Bail out! {command[0]}: {result.stderr}")
    return (folder / "surface.abi").read_text()


def compared(text):
    """What abidiff and the golden table say of a header: their reports, by who finds something."""
    golden = [line for lines in layout.parts_of((ABI_TESTS / "layout.txt").read_text()).values()
              for line in lines]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "gql_plugin.h").write_text(text)
        (folder / "baseline.abi").write_text(BASELINE.read_text().removeprefix(SPDX_LINE))
        written(folder)
        result = run(*ABIDIFF, "baseline.abi", "surface.abi", cwd=folder)
        table = layout.table_of(folder / "gql_plugin.h", CC)
    reports = {
        "abidiff": result.stdout + result.stderr if result.returncode != 0 else "",
        "table": "\n".join(layout.changes(golden, table)),
        "additions": "\n".join(layout.additions(golden, table)),
    }
    return {name: report for name, report in reports.items() if report != ""}


def check_header(text):
    """The header is as released: nothing is found."""
    found = compared(text)
    report(not found, "the header is that of the baseline and of the golden table",
           *found.values())
    paths = re.findall(r"path='([^']*)'", BASELINE.read_text())
    report(paths == ["surface.c"], "the baseline has no path of a machine", f"{paths}")


def check_change(text, name, old, new, finders):
    """Both find what they must, and nothing else: a report of everything would prove nothing."""
    found = compared(text.replace(old, new))
    report(text.count(old) == 1 and ", ".join(found) == finders,
           f"{name} is found by: {finders}",
           f"{text.count(old)} places, found by {[*found]}")


def check_insertions(text):
    for name, _ in layout.structs_of(text):
        start = re.search(rf"struct {name} \{{\s*uint32_t struct_size;", text).end()
        found = compared(text[:start] + "\n    uint64_t inserted;" + text[start:])
        report(f"{name}.inserted" in found.get("table", "")
               and "'uint64_t inserted', at offset" in found.get("abidiff", ""),
               f"an insertion into {name} is found by abidiff and the table", f"{[*found]}")


def main():
    if shutil.which("abidiff") is None or shutil.which("abidw") is None:
        print("not ok 1 - abidiff and abidw are missing: install the Debian package abigail-tools")
        print("1..1")
        return
    text = HEADER.read_text()
    if "--write" in OPTIONS:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(HEADER, folder)
            print(SPDX_LINE + written(pathlib.Path(folder)), end="")
        return
    check_header(text)
    check_insertions(text)
    for change in CHANGES:
        check_change(text, *change)
    print(f"1..{len(RESULTS)}")


main()
