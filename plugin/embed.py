# SPDX-License-Identifier: MIT
"""Turns the plugin's text files into C sources, so that SDL, JSON Schema and SQL stay files."""

import pathlib
import re
import sqlite3
import sys


LIMITS = pathlib.Path(__file__).parent / "base" / "limits.h"


def with_limits(text):
    """The text with `{NAME}` replaced by the number that limits.h defines."""
    limits = dict(re.findall(r"^#define (\w+) (\d+)", LIMITS.read_text(), re.M))
    return re.sub(r"\{([A-Z][A-Z_]+)\}", lambda match: limits[match.group(1)], text)


def literal(text):
    lines = text.splitlines(keepends=True) or [""]
    escape = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return "\n    ".join('"' + "".join(escape.get(c, c) for c in line) + '"' for line in lines)


def without_comments(text, mark):
    kept = [line for line in text.splitlines() if not line.lstrip().startswith(mark)]
    return "\n".join(kept).strip() + "\n"


def paragraphs(text):
    return [part.strip() + "\n" for part in re.split(r"\n\s*\n", text) if part.strip()]


def defined_name(sdl):
    match = re.search(r"^(?:directive\s+(@\w+)|(?:interface|type|enum|input|union|scalar)\s+(\w+))", sdl, re.M)
    return match.group(1) or match.group(2)


def federate(own, common):
    """The same schema as one subgraph of Apollo Federation 2: with keys and shareable value types."""
    sdl = own + "\n" + "\n".join(common)
    changes = [
        (r"^(type Integration implements [\w &]+?) \{", r'\1 @key(fields: "id") {'),
        (r"^type (PageInfo|CountInfo|DeletePayload) \{", r"type \1 @shareable {"),
        (r"^type Organization implements Node \{", r'type Organization @key(fields: "id", resolvable: false) {'),
    ]
    for pattern, replacement in changes:
        sdl, count = re.subn(pattern, replacement, sdl, flags=re.M)
        if count == 0:
            raise SystemExit(f"embed.py: nothing in the schema matches {pattern}")
    link = ('extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
            'import: ["@key", "@shareable"])\n\n')
    return link + sdl


def schema_texts(own_file, common_file):
    own = with_limits(without_comments(own_file, "#"))
    common = paragraphs(without_comments(common_file, "#"))
    texts = [("GQL_PART_OWN", "integrations", own)]
    texts += [("GQL_PART_COMMON", defined_name(part), part) for part in common]
    texts += [("GQL_PART_SUBGRAPH", "federation-2", federate(own, common))]
    return texts


def schema_header(own_file, common_file, config_file):
    count = len(schema_texts(own_file, common_file))
    return f"""#include "gql_plugin.h"
enum {{ SCHEMA_PART_COUNT = {count}, CONFIG_SCHEMA_SIZE = {len(config_file.encode())} }};
extern const gql_schema_part *const schema_parts[SCHEMA_PART_COUNT];
extern const char config_schema[CONFIG_SCHEMA_SIZE + 1];"""


def schema_source(own_file, common_file, config_file):
    out = ['#include "plugin/schema_text.h"', ""]
    texts = schema_texts(own_file, common_file)
    for index, (kind, name, text) in enumerate(texts):
        out.append(f"static const char text_{index}[] =\n    {literal(text)};")
        out.append(f"static const gql_schema_part part_{index} = {{sizeof(gql_schema_part), {kind}, \"{name}\", "
                   f"text_{index}, sizeof text_{index} - 1}};")
    out.append("const gql_schema_part *const schema_parts[SCHEMA_PART_COUNT] = {")
    out += [f"    &part_{index}," for index in range(len(texts))]
    out.append("};")
    out.append(f"const char config_schema[CONFIG_SCHEMA_SIZE + 1] =\n    {literal(config_file)};")
    return "\n".join(out)


def statements_of(text):
    pieces = re.split(r"^-- name: (\w+)\n", text, flags=re.M)[1:]
    for name, sql in zip(pieces[::2], pieces[1::2]):
        yield name, without_comments(sql, "--").strip()


def statements_header(text, kind="statement"):
    names = [name for name, _ in statements_of(text)]
    out = [f"enum {kind} {{"] + [f"    {kind.upper()}_{name.upper()}," for name in names]
    out += [f"    {kind.upper()}_COUNT", "};", f"extern const char *const {kind}_sql[{kind.upper()}_COUNT];"]
    return "\n".join(out)


def statements_source(text, kind="statement", header="plugin/store/sqlite/statements.h"):
    out = [f'#include "{header}"', f"const char *const {kind}_sql[{kind.upper()}_COUNT] = {{"]
    out += [f"    [{kind.upper()}_{name.upper()}] = {literal(sql)}," for name, sql in statements_of(text)]
    return "\n".join(out + ["};"])


def queries_header(text):
    return statements_header(text, "query")


def queries_source(text):
    return statements_source(text, "query", "plugin/store/postgres/queries.h")


def migrations(files, engine="sqlite", prefix=""):
    files = sorted(files, key=lambda file: file.name)
    numbers = [int(file.name.split("_")[0]) for file in files]
    if numbers != list(range(1, len(files) + 1)):
        raise SystemExit(f"embed.py: the migrations are not numbered 1, 2, 3, …: {numbers}")
    out = [f'#include "plugin/store/{engine}/migrations.h"', f"const char *const {prefix}migration_sql[] = {{"]
    out += [f"    {literal(without_comments(file.read_text(), '--'))}," for file in files]
    out += ["};", f"const int {prefix}migration_count = {len(files)};"]
    return "\n".join(out)


def schema_objects(files):
    """The indexes, triggers and views that all migrations together leave."""
    database = sqlite3.connect(":memory:")
    for file in sorted(files, key=lambda file: file.name):
        database.executescript(without_comments(file.read_text(), "--"))
    rows = database.execute("SELECT type, name, sql FROM sqlite_schema"
                            " WHERE type <> 'table' AND sql IS NOT NULL ORDER BY name").fetchall()
    if len(rows) > 64:
        raise SystemExit("embed.py: schema_objects.c has room for 64 objects")
    out = ['#include "plugin/store/sqlite/schema_objects.h"', "const struct schema_object schema_objects[] = {"]
    out += [f"    {{{literal(kind)}, {literal(name)},\n    {literal(sql)}}}," for kind, name, sql in rows]
    return "\n".join(out + ["};", f"const int schema_object_count = {len(rows)};"])


KINDS = {
    "schema.h": schema_header,
    "schema.c": schema_source,
    "statements.h": statements_header,
    "statements.c": statements_source,
    "queries.h": queries_header,
    "queries.c": queries_source,
}

MIGRATIONS = {
    "migrations": migrations,
    "schema-objects": schema_objects,
    "postgres-migrations": lambda files: migrations(files, "postgres", "postgres_"),
}


def main(kind, output, *inputs):
    files = [pathlib.Path(name) for name in inputs]
    of_files = MIGRATIONS.get(kind)
    text = of_files(files) if of_files else KINDS[kind](*(file.read_text() for file in files))
    guard = ["#pragma once"] if output.endswith(".h") else []
    made = "// Made by embed.py of: " + ", ".join(file.name for file in files)
    pathlib.Path(output).write_text("\n".join([made, *guard, text]) + "\n")


main(*sys.argv[1:])
