# SPDX-License-Identifier: MIT
"""Every command on what it can't use: it says why, loses nothing, and can be run again. Prints TAP."""

import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

from ctl import (CTL, NEWER, SCHEMA, as_nobody, gateway, main, make_older, schema_of, small_files, sql,
                 test, titles)

UNKNOWN = "01a20da5-179e-83c1-8f7f-494e54475e42"


def commands(scratch, path, organization=None):
    """Each command that takes --database FILE, on the file; `restore` has it as its backup."""
    of = ["--organization", organization] if organization else []
    all_of_it = ["--database", path, *of]
    named = ["--database", path, "--organization", organization or "acme", "--force"]
    return {
        "check": all_of_it, "stats": all_of_it, "export": all_of_it, "migrate": all_of_it, "reindex": all_of_it,
        "backup": [*all_of_it, "--to", scratch.folder / "made.db"],
        "restore": ["--database", scratch.folder / "made.db", *of, "--from", path],
        "import": [*all_of_it, "--from", scratch.folder / "all.jsonl"],
        "tenants resume": named, "tenants erase": named,
        "deleted list": all_of_it, "undelete": [*all_of_it, UNKNOWN],
        "tokens expiring": [*all_of_it, "--within", "30d"],
        "audit list": all_of_it, "audit verify": all_of_it,
        "consumers list": all_of_it, "consumers remove": [*all_of_it, "hooks"],
    }


def arguments_of(scratch, path, organization=None):
    return [[*name.split(), *more] for name, more in commands(scratch, path, organization).items()]


def prepare(scratch, count=3):
    scratch.make(count=count)
    scratch.expect(0, "export", "--database", scratch.database, "--to", scratch.folder / "all.jsonl")


def run_all(arguments, **options):
    """All at once, since some wait for a lock: what each said, with its code."""
    running = [(each, subprocess.Popen([CTL, *map(str, each)], text=True, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, **options)) for each in arguments]
    return [(each, process.communicate(timeout=60), process.returncode) for each, process in running]


def expect_refusals(scratch, path, said, organization=None, **options):
    """Of every command. An export that fails has no last line, without which it counts for nothing."""
    for arguments, (shown, told), code in run_all(arguments_of(scratch, path, organization), **options):
        assert code == 3 and re.search(said, told), (arguments, code, told)
        assert "database.path" not in told, told
        assert shown == "" or arguments[0] == "export" and '"end"' not in shown, (arguments, shown)


def refusals(scratch):
    """Files with a part of what must be said of them."""
    base = scratch.folder
    yield base / "missing.db", "No such file"
    yield base / "missing" / "x.db", "No such file"
    yield base, "not a regular file"
    yield ":memory:", "not a regular file"
    yield f"file:{scratch.database}", "not a regular file"
    (base / "empty.db").touch()
    yield base / "empty.db", "is empty"
    (base / "tiny.db").write_bytes(b"S")
    yield base / "tiny.db", "is empty"
    (base / "emptied.db").touch()
    (base / "emptied.db-wal").write_bytes(b"x" * 100)
    yield base / "emptied.db", "has changes that belong to it"
    (base / "text.db").write_text("this is no database\n" * 500)
    yield base / "text.db", "not a database"
    sql(base / "other.db", "CREATE TABLE customer (id)")
    yield base / "other.db", "another application"
    shutil.copy(scratch.database, base / "newer.db")
    sql(base / "newer.db", NEWER)
    yield base / "newer.db", "schema version 99"
    shutil.copy(scratch.database, base / "linked.db")
    os.link(base / "linked.db", base / "linked too.db")
    yield base / "linked.db", "hard links"
    whole = pathlib.Path(scratch.database).read_bytes()
    (base / "damaged.db").write_bytes(whole[:100] + b"\xff" * 400 + whole[500:])
    yield base / "damaged.db", "malformed"
    for size in 50, 1000, len(whole) // 2:
        (base / f"cut {size}.db").write_bytes(whole[:size])
        yield base / f"cut {size}.db", "malformed"


@test
def every_command_is_tried(scratch):
    shown = scratch.expect(0, "--help").stdout
    offered = re.findall(r"^  integrationsctl ([a-z]+(?: [a-z]+)?) \(--database FILE", shown, re.M)
    assert sorted(commands(scratch, "x")) == sorted(offered), offered


@test
def what_is_no_database_of_the_plugin_is_refused(scratch):
    prepare(scratch)
    for path, said in refusals(scratch):
        before = {name: (scratch.folder / name).stat().st_size for name in scratch.names()}
        expect_refusals(scratch, path, said)
        after = {name: (scratch.folder / name).stat().st_size for name in scratch.names()}
        made = {name for name in after if name not in before and not name.endswith(("-shm", "-wal"))}
        assert not made and {name: after.get(name) for name in before} == before, (path, after)


@test
def a_database_of_another_organization_is_refused(scratch):
    prepare(scratch)
    scratch.make_root()
    expect_refusals(scratch, scratch.tenant("acme"), "belongs to the organization 'acme', ", "globex")


@test
def an_organization_that_a_shared_database_does_not_know_is_refused(scratch):
    """Mistyped, it must not look like one that has nothing. What is done to the whole database needs none."""
    prepare(scratch)
    whole = {"check", "stats", "migrate", "reindex", "backup", "restore"}
    tried = {name: each for name, each in commands(scratch, scratch.database, "acmee").items() if name not in whole}
    for arguments, (shown, told), code in run_all([[*name.split(), *each] for name, each in tried.items()]):
        none_has_it = arguments[0] in ("undelete", "consumers") and "list" not in arguments
        assert code == (1 if none_has_it else 3), (arguments, code, told)
        assert "organization 'acmee'" in told or none_has_it, (arguments, told)
        assert shown == "" or '"end"' not in shown, (arguments, shown)
    kept = scratch.folder / "all.jsonl"
    before = kept.read_bytes()
    scratch.expect(3, "export", "--database", scratch.database, "--organization", "acmee", "--to", kept, "--force")
    assert kept.read_bytes() == before


@test
def a_locked_database_is_reported(scratch):
    prepare(scratch)
    connection = sqlite3.connect(scratch.database)
    connection.executescript("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
    try:
        expect_refusals(scratch, scratch.database, "another process holds it")
    finally:
        connection.close()
    assert len(titles(scratch.database)) == 6


@test
def files_that_may_not_be_used_are_reported(scratch):
    options = as_nobody()
    if not options:
        return  # Who is not root owns the files.
    prepare(scratch)
    os.chmod(scratch.folder, 0o755)
    for mode in 0o444, 0o000:
        os.chmod(scratch.database, mode)
        expect_refusals(scratch, scratch.database, "may not write|read and write|Permission denied", **options)
    assert len(titles(scratch.database)) == 6


# ---- What ends in the middle ----

def make_large(path):
    sql(path, "INSERT INTO setting VALUES ('filler', zeroblob(100000))")


MANY = 60
CHANGING = {
    "migrate": lambda path: make_older(path, 2),
    "reindex": lambda path: sql(path, "UPDATE integration SET sort_key = x'00'"),
    "tenants erase": lambda path: None,
    "import": lambda path: sql(path, "DELETE FROM integration WHERE key > 1"),
}


def is_done(scratch, command):
    if command == "migrate":
        return schema_of(scratch.database) == SCHEMA
    if command == "tenants erase":
        return len(titles(scratch.database)) == MANY
    return (scratch.run("check", "--database", scratch.database).returncode == 0
            and len(titles(scratch.database)) == 2 * MANY)


@test
def a_disk_that_is_full_is_reported_and_the_command_can_be_run_again(scratch):
    """So small that the database can't be changed; RLIMIT_FSIZE does as a full disk does."""
    prepare(scratch, MANY)
    whole = pathlib.Path(scratch.database).read_bytes()
    for command, change in CHANGING.items():
        pathlib.Path(scratch.database).write_bytes(whole)
        change(scratch.database)
        make_large(scratch.database)
        arguments = [*command.split(), *commands(scratch, scratch.database)[command]]
        result = scratch.expect(3, *arguments, preexec_fn=small_files)
        assert "limit on file sizes" in result.stderr, (command, result)
        scratch.expect(0, *arguments)
        assert is_done(scratch, command), command


@test
def two_at_once_do_no_harm(scratch):
    prepare(scratch, MANY)
    whole = pathlib.Path(scratch.database).read_bytes()
    for command, change in CHANGING.items():
        pathlib.Path(scratch.database).write_bytes(whole)
        change(scratch.database)
        arguments = [*command.split(), *commands(scratch, scratch.database)[command]]
        said = run_all([arguments] * 3)
        codes = sorted(code for _, _, code in said)
        assert codes[0] == 0 and set(codes) <= {0, 3}, said
        assert is_done(scratch, command), (command, said)
        scratch.expect(0, "check", "--database", scratch.database)


# ---- The same, below a root, and with what comes back ----

def make_root_to_change(scratch):
    """A root with a backup, another root, and the commands that take an organization's folder."""
    other, copies = scratch.folder / "other", scratch.folder / "copies"
    scratch.make_root(["acme"], MANY)
    make_large(scratch.tenant("acme"))
    other.mkdir()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    of = ["--root", scratch.root, "--organization", "acme"]
    return {"restore": ["restore", *of, "--from", copies, "--force"],
            "move": ["tenants", "move", *of, "--to", other]}, {scratch.root, other}


def check_served_once(scratch, roots):
    """Whole, from one root."""
    found = [each["integrations"] for root in roots for each in scratch.json(0, "check", "--root", root)]
    assert found == [MANY], found


@test
def a_full_disk_below_a_root_leaves_all_as_it_was(scratch):
    tried, roots = make_root_to_change(scratch)
    for name, arguments in tried.items():
        told = scratch.expect(3, *arguments, preexec_fn=small_files).stderr
        assert "limit on file sizes" in told, (name, told)
        check_served_once(scratch, [scratch.root])
        scratch.expect(0, *arguments)
        check_served_once(scratch, roots)


@test
def two_at_once_below_a_root_do_no_harm(scratch):
    tried, roots = make_root_to_change(scratch)
    for name, arguments in tried.items():
        said = run_all([arguments] * 3)
        assert 0 in [code for *_, code in said], (name, said)
        for _, (_, told), code in said:
            assert code == 0 or re.search("another tool is at work|was moved|open; ", told), (name, told)
        check_served_once(scratch, roots)


@test
def what_is_brought_back_comes_once(scratch):
    identifier = scratch.make(count=3)["acme"][0]
    make_large(scratch.database)
    with gateway({"path": scratch.database}) as running:
        running.delete(identifier, 1)
    arguments = ["undelete", "--database", scratch.database, identifier]
    told = scratch.expect(3, *arguments, preexec_fn=small_files).stderr
    assert "limit on file sizes" in told, told
    said = run_all([arguments] * 3)
    assert sorted(code for *_, code in said) == [0, 1, 1], said
    assert [told for _, (_, told), code in said if code == 1 and "is not deleted" not in told] == [], said
    scratch.expect(0, "check", "--database", scratch.database)
    assert len(titles(scratch.database)) == 6


main()
