# SPDX-License-Identifier: MIT
"""
Mistakes of the user are not blamed on the plugin, and the help is whole. See plugin_check.py for
the arguments.
"""

import json
import pathlib
import re
import shutil
import tempfile

from plugin_check import (DATABASE, HELLO, INTEGRATIONS, ROOT, end, failed, plugin, read_tap,
                          report, run)


def expect_mistake(name, said, *arguments):
    """Not the plugin is blamed but what the user gave; the report ends there."""
    tap = run(*arguments)
    structured = run("--json", *arguments)
    outcomes, _ = read_tap(tap.stdout)
    last = tap.stdout.splitlines()[-1]
    good = (tap.returncode == structured.returncode == 2 and not failed(outcomes)
            and said in tap.stderr and said in last and last.startswith("Bail out! ")
            and structured.stdout == "" and said in structured.stderr)
    report(good, f"{name}: status 2 and a message",
           *([] if good else [tap.returncode, tap.stdout, tap.stderr, structured.stdout]))


def check_mistakes(folder):
    calls = folder / "mistaken.json"
    calls.write_text('[{"type": "Query", "field": "thing"}, {"load": "Nothing", "ids": []}]')
    config = folder / "mistaken-config.json"
    config.write_text('{"nmae": 1}')
    expect_mistake("a file whose second call is of a type without a loader",
                   f"--calls {calls}: call 1, Nothing: the plugin has no loader", "--calls",
                   str(calls), plugin("NONE"))
    for name, said, call in [
        ("a call of an unknown field", "call 0, Query.nothing: the schema has no such field",
         {"type": "Query", "field": "nothing"}),
        ("a call of a field without a resolver",
         "call 0, Thing.title: the plugin has no resolver", {"type": "Thing", "field": "title"}),
        ("an unknown argument", "call 0, Query.thing: in `arguments`, `idd` is unknown",
         {"type": "Query", "field": "thing", "arguments": {"idd": "1"}}),
        ("an argument of another type", "in `arguments`, `id` is not of its type, `ID`",
         {"type": "Query", "field": "thing", "arguments": {"id": 1}}),
        ("a number that is no Int", "in `arguments`, `size` is not of its type, `Int`",
         {"type": "Query", "field": "later", "arguments": {"size": 2147483648}}),
        ("a value that the enum lacks", "in `arguments`, `kind` is not of its type, `Kind`",
         {"type": "Query", "field": "later", "arguments": {"kind": "UGLY"}}),
        ("a null for a required argument", "in `arguments`, `text` is null",
         {"type": "Mutation", "field": "write", "arguments": {"text": None}}),
        ("a missing argument", "in `arguments`, `text` is missing: its type is `String!`",
         {"type": "Mutation", "field": "write"}),
        ("a parent without a field that the resolver requires",
         "call 0, Thing.shout: `parent` needs `title`, which the resolver requires",
         {"type": "Thing", "field": "shout", "parent": {"id": "2"}}),
        ("a parent with a field of another type",
         "in `parent`, `title` is not of its type, `String`",
         {"type": "Thing", "field": "shout", "parent": {"title": 1}}),
        ("a selection of an unknown field", "in `selection`, `Thing` has no field `name`",
         {"load": "Thing", "ids": ["1"], "selection": "id name"}),
        ("an object that is selected without fields",
         "in `selection`, `Thing.owner` is of the type `Organization` and must be selected with "
         "braces", {"type": "Query", "field": "thing", "selection": "owner"}),
        ("a field below a scalar", "in `selection`, `Tag.label` is of the type `String!` and must "
         "be selected without braces",
         {"type": "Query", "field": "thing", "selection": "target { label { x } }"}),
    ]:
        expect_mistake(name, said, "--calls", json.dumps([call]), plugin("NONE"))
    expect_mistake("an input with an unknown field",
                   "in `arguments`, `input.titel` is unknown", "--config", DATABASE, "--calls",
                   json.dumps([{"type": "Mutation", "field": "integrationCreate", "arguments":
                                {"input": {"organizationId": "a", "title": "b", "titel": 1}}}]),
                   INTEGRATIONS)
    expect_mistake("a configuration that the plugin refuses",
                   f"--config {config}: the plugin refuses it: ", "--config", str(config),
                   plugin("NONE"))
    missing = str(folder / "missing")
    text = folder / "no-database"
    text.write_text("x" * 5000)
    for name, config in [
        ("a database in a folder that is missing", {"path": f"{missing}/x.db"}),
        ("a file that is no database", {"path": str(text)}),
        ("a root that is missing", {"root": missing}),
    ]:
        expect_mistake(name, "--config: the plugin can't use what it names: database.", "--config",
                       json.dumps({"database": config}), INTEGRATIONS)
        expect_mistake(f"{name}, of the second of two instances",
                       "--config: the plugin can't use what it names: database.", "--config",
                       DATABASE, "--config", json.dumps({"database": config}), INTEGRATIONS)
    expect_mistake("a keyring that is missing", f"credentials.keyring: '{missing}'", "--config",
                   json.dumps({**json.loads(DATABASE), "credentials": {"keyring": missing}}),
                   INTEGRATIONS)
    expect_mistake("a second configuration that the plugin refuses",
                   "--config: the plugin refuses it: ", "--config", "{}", "--config",
                   '{"nmae": 1}', plugin("NONE"))


def check_paths(folder):
    """Of a file, they are taken from its folder; of a text, from the working folder."""
    file = folder / "paths.json"
    for setting in ("path", "root"):
        text = json.dumps({"database": {setting: "none/here"}})
        file.write_text(text)
        for config, of_file in [(str(file), True), (text, False)]:
            output = run("--config", config, INTEGRATIONS).stdout
            good = "none/here'" in output and (f"'{folder}/none/here'" in output) == of_file
            report(good, f"database.{setting} of a {'file' if of_file else 'text'}",
                   *([] if good else [output]))


def expect_misuse(name, said, *arguments):
    result = run(*arguments)
    good = result.returncode == 2 and said in result.stderr and result.stdout == ""
    report(good, f"{name}: status 2 and a message",
           *([] if good else [result.returncode, result.stdout, result.stderr]))


def check_misuse(folder):
    text = folder / "text.so"
    text.write_text("just a text")
    latin = folder / "config.json"
    latin.write_bytes(b'{"a": "\xe4"}')
    key = folder / "none.pub"
    key.write_text("untrusted comment: none\n")
    for name, said, *arguments in [
        ("no plugin", "no plugin given; see --help"),
        ("two plugins", "more than one plugin given", HELLO, HELLO),
        ("no such file", "nowhere.so: No such file or directory", str(folder / "nowhere.so")),
        ("a folder", "not a regular file", str(folder)),
        ("a text file", "not a plugin: not an ELF file", str(text)),
        ("an unknown option", "--frobnicate", "--frobnicate", HELLO),
        ("an option without its value", "requires an argument", HELLO, "--config"),
        ("a configuration that is not JSON", "--config: not JSON: ", "--config", '{"a"', HELLO),
        ("a configuration that is a list", "list.json: not a JSON object", "--config",
         str(folder / "list.json"), HELLO),
        ("a configuration that is not UTF-8", f"--config {latin}: not JSON: ", "--config",
         str(latin), HELLO),
        ("a configuration file that does not exist", "--config /nowhere: No such file", "--config",
         "/nowhere", HELLO),
        ("three configurations", "given more than twice", *["--config", "{}"] * 3, HELLO),
        ("calls that are not a list", "object.json: not a JSON list", "--calls",
         str(latin.with_name("object.json")), HELLO),
        ("a call with an unknown member", "--calls: call 0: ", "--calls",
         '[{"type": "Query", "field": "hello", "x": 1}]', HELLO),
        ("a call of nothing", "either `type` and `field`, or `load` and `ids`", "--calls",
         '[{"arguments": {}}]', HELLO),
        ("a call as an unknown actor", "`as` must be", "--calls",
         '[{"type": "Query", "field": "hello", "as": "root"}]', HELLO),
        ("a call that expects something odd", "`expect` must be", "--calls",
         '[{"type": "Query", "field": "hello", "expect": "RESOLVED!"}]', HELLO),
        ("a call that expects what is no word of --calls", 'or "any"', "--calls",
         '[{"type": "Query", "field": "hello", "expect": "anything"}]', HELLO),
        ("a call with a broken selection", "`selection` must be", "--calls",
         '[{"type": "Query", "field": "hello", "selection": "a {"}]', HELLO),
        ("a host's schema that can't be parsed", "schema, line 1", "--host-schema",
         str(folder / "list.json"), HELLO),
        ("an actor of another form", '--actor: must be a name, "nobody" or {"actor"', "--actor",
         '{"name": "ada"}', HELLO),
        ("an actor that is half JSON", "--actor: must be a name", "--actor", '{"actor": "a', HELLO),
        ("too few rounds", '--rounds: "4" is not a number from 5', "--rounds", "4", HELLO),
        ("a key that is missing", "--key /nowhere: No such file", "--key", "/nowhere", HELLO),
        ("a key that is none", f"--key {key}: trusted key 1: it is not a public key", "--key", str(key),
         HELLO),
        ("an odd timeout", '--timeout: "1s" is not a number from 1', "--timeout", "1s", HELLO),
    ]:
        (folder / "list.json").write_text("[]")
        (folder / "object.json").write_text("{}")
        expect_misuse(name, said, *arguments)


def check_signatures(folder):
    """Of a plugin that is not signed as --key wants, no code is run. The test of signing.md has one that is."""
    key = folder / "release.pub"
    key.write_text("RWRE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6X\n")
    signed = folder / "hello.so"
    shutil.copy(HELLO, signed)
    for signature, said in [(None, "not signed: there is no .minisig beside it"),
                            ("untrusted comment: a\n", "not a signature of minisign: its second line")]:
        if signature is not None:
            (folder / "hello.so.minisig").write_text(signature)
        result = run("--key", str(key), str(signed))
        outcomes, diagnostics = read_tap(result.stdout)
        good = result.returncode == 1 and outcomes == {"file": "not ok"} and said in str(diagnostics)
        report(good, f"--key: {said}", *([] if good else [result.returncode, result.stdout, result.stderr]))


def check_help():
    result = run("--help")
    members = ["type, field", "arguments", "parent", "load, ids", "selection", "as",
               "organizationId", "expect"]
    report(all(member in result.stdout for member in members),
           "--help says what --calls takes", result.stdout)
    options = ["--config", "--calls", "--actor", "--print", "--host-schema", "--key", "--rounds", "--timeout", "--json", "--help",
               "--version"]
    report(result.returncode == 0 and all(option in result.stdout for option in options),
           "--help names every option", result.stdout)
    book = (ROOT / "abi/README.md").read_text()
    missing = [each["name"] for each in json.loads(run("--json", HELLO).stdout)["checks"]
               if f"`{each['name']}`" not in book]
    report(not missing, "the book names every check", *missing)
    report(re.fullmatch(r"gql-plugin-check \d+\.\d+\.\d+\n", run("--version").stdout) is not None,
           "--version prints the version")


def main():
    with tempfile.TemporaryDirectory() as name:
        for each in (check_mistakes, check_paths, check_misuse, check_signatures):
            each(pathlib.Path(name))
    check_help()
    end()


main()
