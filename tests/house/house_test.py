# SPDX-License-Identifier: MIT
"""
Keeps the rules of the house: house_test.py ROOT BUILD. Prints TAP; comments name every breach.

The tables below are the rules. Dependencies are those of the sources in ROOT and of the objects in
BUILD; see graph.py.
"""

import configparser
import fnmatch
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import graph  # noqa: E402
import links  # noqa: E402
import rules  # noqa: E402

CLANG_FORMAT_VERSION = "14"  # Debian 12's. Other versions format some lines differently.

LONG_LINE = 100  # Columns of C, and .clang-format's ColumnLimit.
LONG_LINES_OF_C = 20  # How many lines may be longer.
LONG_PROSE = 110  # Columns of a Markdown line that could be wrapped.

# What the files of a folder may use besides their own folder. The longest prefix counts.
MAY_USE = {
    "vault/": (),
    "abi/": (),
    "plugin/": ("abi/gql_plugin.h", "vault/"),
    "examples/": ("abi/",),
    "tests/": ("",),
}

# A library's header, the folder where it is used, and where in that folder it may be included.
CONFINED = [("sqlite3.h", "plugin/", "plugin/store/sqlite/"),
            ("libpq-fe.h", "plugin/", "plugin/store/postgres/")]

SETTINGS = "plugin/configuration.md"  # The page that lists the plugin's.

# Headers that the build generates. Their paths are from the root and from the build folder.
GENERATED_HEADERS = {"plugin/schema_text.h", "plugin/store/sqlite/statements.h",
                     "plugin/store/postgres/queries.h",
                     "tests/node-host/workshop_text.h"}

# Names of files without an SPDX line: formats without comments, and settings of tools.
NO_SPDX_LINE = ["*.json", "LICENSE", ".*", "debian-packages"]

# Words that identifiers and file names of C do not use, with the words that replace them. An error
# is what a client sees, a failure is for an operator, a status is a code between functions.
WORDS = {
    "trouble": "error, failure or status",
    "refusal": "rejection of a call, token or request; failure to load",
    "problem": "error",
}
# Identifiers that may use such a word: problem details are RFC 9457's.
WORD_EXCEPTIONS = re.compile(r"problem_details?", re.I)

UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b")
# Comments and literals of C.
NO_CODE = re.compile(r"/\*.*?\*/|//[^\n]*"
                     r'|"(?:\\.|[^"\\\n])*"|' r"'(?:\\.|[^'\\\n])*'", re.S)
SPDX_LINE = re.compile(r"(?://|#|--|<!--|/\*) SPDX-License-Identifier: MIT(?: -->| \*/)?")


class House:
    """What the rules look at."""

    def __init__(self, root, build):
        self.root, self.build = root, pathlib.Path(build)
        self.texts = files.texts_of(root)
        self.sources = [name for name in self.texts if name.endswith((".c", ".h"))]

    @functools.cached_property
    def edges(self):
        return graph.edges_of(self.root, self.build, self.texts)


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)


def check_format(house):
    program = shutil.which(f"clang-format-{CLANG_FORMAT_VERSION}") or shutil.which("clang-format")
    if program is None:
        yield "clang-format is missing: install the package clang-format of Debian 12"
        return
    version = run(program, "--version").stdout.strip()
    if f"version {CLANG_FORMAT_VERSION}." not in version:
        yield f"{program} is {version}: install clang-format-{CLANG_FORMAT_VERSION} beside it"
        return
    result = run(program, "--dry-run", "--Werror", *house.sources, cwd=house.root)
    unformatted = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error:", result.stderr, re.M)))
    for name in unformatted:
        yield f"{name} is not formatted: clang-format -i {name}"
    if result.returncode != 0 and not unformatted:
        yield from result.stderr.splitlines()[:10]


def editorconfig_of(text, name):
    """The properties of a file by .editorconfig, where later sections win over earlier ones."""
    parser = configparser.ConfigParser(delimiters="=", interpolation=None)
    parser.read_string("[preamble]\n" + text)
    found = {}
    for section in parser.sections():
        patterns = section[1:-1].split(",") if section.startswith("{") else [section]
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            found.update(parser[section])
    return found


def check_editorconfig(house):
    style = dict(re.findall(r"^(\w+): *(\S.*?) *$", house.texts[".clang-format"], re.M))
    if style.get("ColumnLimit") != str(LONG_LINE):
        yield f".clang-format has ColumnLimit {style.get('ColumnLimit')}, this test {LONG_LINE}"
    for name in ("x.c", "x.h"):
        config = editorconfig_of(house.texts[".editorconfig"], name)
        for key, option in (("max_line_length", "ColumnLimit"), ("indent_size", "IndentWidth")):
            ours, theirs = config.get(key), style.get(option)
            if ours is None or ours != theirs:
                yield f"{name}: {key} is {ours} in .editorconfig, {option} {theirs} in .clang-format"


def long_lines_of(house):
    for name in house.sources:
        for number, line in enumerate(house.texts[name].splitlines(), 1):
            if files.columns_of(line) > LONG_LINE:
                yield f"{name}:{number}: {files.columns_of(line)} columns: {line.strip()}"


def check_long_lines(house):
    lines = list(long_lines_of(house))
    for line in lines:
        print(f"# {line}")
    if len(lines) > LONG_LINES_OF_C:
        yield f"{len(lines)} lines of C are too long; at most {LONG_LINES_OF_C} may be"


def prose_of(text):
    """The lines that could be wrapped, numbered: no code, no tables, no line that is one link."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        mark = re.match(r"```+|~~~+", stripped)
        if mark and (fence is None or stripped == fence):
            fence = mark.group() if fence is None else None
        elif fence is None and not stripped.startswith("|"):
            alone = re.sub(r"^(?:[-*>]|\d+\.)\s+", "", stripped)
            if " " in re.sub(r"!?\[[^\]]*\]\([^)]*\)|\[[^\]]*\]:\s", "", alone).strip():
                yield number, line


def check_prose(house):
    for name in filter(lambda name: name.endswith(".md"), house.texts):
        for number, line in prose_of(house.texts[name]):
            if files.columns_of(line) > LONG_PROSE:
                yield f"{name}:{number}: wrap it at about {LONG_LINE} columns"


def check_links(house):
    yield from links.breaches_of(house.texts, lambda path: (pathlib.Path(house.root) / path).exists())


def check_build(house):
    for name in graph.unbuilt(house.root, house.build, house.texts):
        yield f"{name} is not compiled in {house.build}, so its dependencies are unknown"


def check_circles_of_files(house):
    yield from graph.circles_of_files(house.edges)


def check_circles_of_folders(house):
    yield from graph.circles_of_folders(house.edges)


def check_order(house):
    for (user, used), reasons in house.edges.items():
        home = max((prefix for prefix in MAY_USE if user.startswith(prefix)), key=len, default=None)
        if home is None:
            yield f"{user} is in a folder that MAY_USE does not have"
        elif not used.startswith((home, *MAY_USE[home])):
            allowed = " and ".join(MAY_USE[home]) or "nothing"
            edge = graph.show_edge(user, used, reasons)
            yield f"{edge}: besides itself, {home} may use {allowed}"


def check_confined(house):
    for header, scope, home in CONFINED:
        pattern = re.compile(rf'^[ \t]*#[ \t]*include[ \t]*[<"]{re.escape(header)}[>"]', re.M)
        for name in house.sources:
            is_confined = name.startswith(scope) and not name.startswith(home)
            if is_confined and pattern.search(house.texts[name]):
                yield f"{name} includes {header}, which only {home} may"


def check_includes(house):
    public = graph.public_headers(house.texts)
    generated = {name for name in GENERATED_HEADERS if (house.build / name).exists()}
    known = public.keys() | house.texts.keys() | generated
    for name in house.sources:
        for included in graph.includes_of(house.texts[name]):
            if included in public.values():
                yield f'{name}: "{included}" is a public header, which is included by its name'
            elif included not in known:
                yield f'{name}: "{included}" is neither a public header nor a path from the root'


def check_spdx(house):
    for name, text in house.texts.items():
        lines = text.split("\n", 2) + [""]
        first = lines[1] if lines[0].startswith("#!") else lines[0]
        own_name = pathlib.PurePosixPath(name).name
        is_source = not any(fnmatch.fnmatch(own_name, pattern) for pattern in NO_SPDX_LINE)
        if is_source and not SPDX_LINE.fullmatch(first):
            yield f"{name} does not begin with its SPDX line"


def check_scripts(house):
    for name, text in house.texts.items():
        if text.startswith("#!") and not os.access(pathlib.Path(house.root) / name, os.X_OK):
            yield f"{name} begins with #!, but is not executable: chmod +x"


def check_unfinished(house):
    for name, text in house.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{name}:{number}: {line.strip()[:120]}"


def identifiers_of(text):
    return set(re.findall(r"[A-Za-z_]\w*", NO_CODE.sub(" ", text)))


def check_words(house):
    for word, better in WORDS.items():
        for name in house.sources:
            identifiers = identifiers_of(house.texts[name]) | {pathlib.PurePosixPath(name).stem}
            found = [each for each in sorted(identifiers)
                     if word in WORD_EXCEPTIONS.sub("", each).lower()]
            if found:
                yield f"{name}: {', '.join(found)} (write: {better})"


def settings_of(schema, path=""):
    """The dotted names of all settings that are not removed, with their defaults or None."""
    for name, member in schema.get("properties", {}).items():
        if "properties" in member:
            yield from settings_of(member, f"{path}{name}.")
        elif "not" not in member:
            yield path + name, member.get("default")


def settings_of_page(page):
    """The same from the rows of a table; `a.b`, `.c` stands for a.b and a.c, each with a default."""
    for names, defaults in re.findall(r"^\| (`\w+[^|]*?`) \| ([^|]*) \|", page, re.M):
        listed = re.findall(r"`([.\w]+)`", names)
        prefix = listed[0].rpartition(".")[0]
        given = [text.strip(" `") for text in defaults.split(", ")]
        for name, default in zip(listed, given if len(given) == len(listed) else [None] * len(listed)):
            yield (prefix + name if name.startswith(".") else name), default


def check_settings(house):
    """The page's words for no default are `required`, `none` and `any`."""
    published = dict(settings_of(json.loads(house.texts["plugin/schema/config.schema.json"])))
    listed = dict(settings_of_page(house.texts[SETTINGS]))
    for name in sorted(published.keys() ^ listed.keys()):
        yield f"{name} is {'not ' if name not in listed else 'only '}in the table of {SETTINGS}"
    for name in sorted(published.keys() & listed.keys()):
        default = published[name]
        expected = str(default).lower() if isinstance(default, bool) else str(default)
        if default is not None and listed[name] != expected:
            yield f"the default of {name} is {expected}, and in {SETTINGS} {listed[name]}"


RULES = [
    ("C is formatted", check_format),
    (".editorconfig agrees with .clang-format", check_editorconfig),
    ("C has few lines that are too long", check_long_lines),
    ("prose of pages is wrapped", check_prose),
    ("links of pages lead to files and titles", check_links),
    ("every source of the product is in the graph", check_build),
    ("files do not depend on each other in a circle", check_circles_of_files),
    ("folders do not depend on each other in a circle", check_circles_of_folders),
    ("dependencies point from examples/ to abi/, and from plugin/ to abi/ and vault/", check_order),
    ("libraries are included only where they belong", check_confined),
    ("includes name public headers, or paths from the root", check_includes),
    ("every source begins with its SPDX line", check_spdx),
    ("the page of settings lists each with its default", check_settings),
    ("scripts are executable", check_scripts),
    ("nothing is marked as unfinished", check_unfinished),
    ("identifiers use the words of the vocabulary", check_words),
]


rules.run(RULES, House(*sys.argv[1:]))
