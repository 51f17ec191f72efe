# SPDX-License-Identifier: MIT
"""
What integrationsctl leaves when it is killed before any of the calls that change names of files or
leases (kill_at.c), and that it finishes when it is started again. Prints TAP.
"""

import os
import shutil
import signal
import subprocess

from ctl import (SCHEMA, Gateway, folder_of, gateway, kept_beside, main, make_older, query, schema_of, sql, test,
                 titles)


def environment_of(**more):
    return {**os.environ, "LD_PRELOAD": os.environ["KILL_LIBRARY"],
            **{name: str(value) for name, value in more.items()}}


def count_steps(scratch, command):
    scratch.expect(0, *command, env=environment_of(KILL_COUNT=scratch.folder / "count"))
    return int((scratch.folder / "count").read_text())


def kill_at_each_step(scratch, command, prepare, is_left_alone, is_done, repeats=True):
    """
    `is_left_alone` is whether the state is the former one, or the new one, whole. A command that
    does not repeat may say that there is nothing to do.
    """
    prepare()
    steps = count_steps(scratch, command)
    assert steps > 5 and is_done(), steps
    for number in range(1, steps + 1):
        prepare()
        result = scratch.run(*command, env=environment_of(KILL_AT=number))
        assert result.returncode == -signal.SIGKILL, (number, result)
        assert is_left_alone(), f"killed before step {number}"
        if repeats or not is_done():
            scratch.expect(0, *command)
        assert is_done(), f"finished after a kill before step {number}"


@test
def a_restore_that_is_killed_is_finished_by_another(scratch):
    copy, former, database = scratch.folder / "copy.db", scratch.folder / "f", scratch.folder / "d"
    former.mkdir()
    ids = scratch.make(["acme"], 2)
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    running = Gateway({"path": scratch.database})
    running.create("acme", "in the log")
    running.kill()
    for suffix in ["", "-wal"]:
        shutil.move(scratch.database + suffix, former / f"x.db{suffix}")

    def prepare():
        shutil.rmtree(database, ignore_errors=True)
        shutil.copytree(former, database)

    def served():
        """The titles, or None: a gateway refuses it."""
        try:
            with gateway({"path": str(database / "x.db")}) as one:
                return one.titles("acme")
        except (AssertionError, BrokenPipeError):
            return None

    def is_left_alone():
        probe = scratch.folder / "probe"
        shutil.rmtree(probe, ignore_errors=True)
        subprocess.run(["cp", "-a", database, probe], check=True)
        try:
            return served() in (None, ["acme 0", "acme 1"], ["acme 0", "acme 1", "in the log"])
        finally:
            shutil.rmtree(database)
            probe.rename(database)

    def is_done():
        """The new one is there alone, and the former one is kept with its log."""
        logs = [path for path in kept_beside(database / "x.db") if os.path.exists(f"{path}-wal")]
        return (titles(database / "x.db") == ["acme 0", "acme 1"] and len(logs) == 1
                and os.stat(database / "x.db").st_nlink == 1)

    kill_at_each_step(scratch, ["restore", "--database", database / "x.db", "--from", copy,
                                "--force"], prepare, is_left_alone, is_done)


@test
def a_restore_by_lease_that_is_killed_is_finished_by_another(scratch):
    copies, former = scratch.folder / "copies", scratch.folder / "former"
    scratch.make_root(["acme"], 1)
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    with gateway({"root": scratch.root}) as running:
        running.create("acme", "later")
    lease = folder_of(scratch.root, "acme") / "lease"
    lease.write_text("suspended\n")
    shutil.move(scratch.root, former)

    def prepare():
        shutil.rmtree(scratch.root, ignore_errors=True)
        shutil.copytree(former, scratch.root)

    def is_left_alone():
        with gateway({"root": scratch.root}) as one:
            found = one.titles("acme")
        state = lease.read_text().strip()
        return (found == "SERVICE_UNAVAILABLE" if state == "moving"
                else state == "suspended" and found in (["acme 0"], ["acme 0", "later"]))

    def is_done():
        return (lease.read_text().strip() == "suspended" and titles(scratch.tenant("acme")) == ["acme 0"]
                and not (lease.parent / "lease.former").exists())

    kill_at_each_step(scratch, ["restore", "--root", scratch.root, "--from", copies, "--force"],
                      prepare, is_left_alone, is_done)


@test
def a_move_that_is_killed_is_finished_by_another(scratch):
    former, other = scratch.folder / "former", scratch.folder / "other"
    scratch.make_root(["acme"], 2)
    lease = folder_of(scratch.root, "acme") / "lease"
    lease.write_text("suspended\n")
    shutil.move(scratch.root, former)

    def prepare():
        shutil.rmtree(scratch.root, ignore_errors=True)
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(former, scratch.root)
        other.mkdir()

    def found(root):
        with gateway({"root": str(root)}) as one:
            return one.titles("acme")

    def is_left_alone():
        """It is served from one root at most, and whole."""
        places = [place for place in map(found, [scratch.root, other]) if place]
        served = [place for place in places if place != "SERVICE_UNAVAILABLE"]
        return places and all(place == ["acme 0", "acme 1"] for place in served) and len(served) < 2

    def is_done():
        there = folder_of(other, "acme")
        return ((there / "integrations.db").exists()
                and titles(there / "integrations.db") == ["acme 0", "acme 1"]
                and (there / "lease").read_text().strip() == "suspended"
                and lease.read_text().strip() == "moving" and not scratch.tenant("acme").exists())

    kill_at_each_step(scratch, ["tenants", "move", "--root", scratch.root, "--organization", "acme",
                                "--to", other], prepare, is_left_alone, is_done, repeats=False)


@test
def an_erasure_that_is_killed_is_finished_by_another(scratch):
    former = scratch.folder / "former"
    scratch.make_root(["acme"], 1)
    shutil.move(scratch.root, former)
    folder = folder_of(scratch.root, "acme")

    def prepare():
        shutil.rmtree(scratch.root, ignore_errors=True)
        shutil.copytree(former, scratch.root)
        (folder / "integrations.db.before-x").write_text("acme 0")

    def is_left_alone():
        with gateway({"root": scratch.root}) as one:
            state = (folder / "lease").read_text().strip()
            return one.titles("acme") == (["acme 0"] if state == "active" else [])

    def is_done():
        return scratch.names(folder) == ["erased.json", "lease"] and (folder / "lease").read_text().strip() == "erased"

    kill_at_each_step(scratch, ["tenants", "erase", "--root", scratch.root, "--organization", "acme",
                                "--force"], prepare, is_left_alone, is_done)


@test
def an_erasure_from_a_shared_database_that_is_killed_is_finished_by_another(scratch):
    former, shared = scratch.folder / "former", scratch.folder / "shared"
    database = shared / "x.db"
    former.mkdir()
    scratch.make(["acme", "globex"], 2)
    shutil.move(scratch.database, former / "x.db")
    command = ["tenants", "erase", "--database", database, "--organization", "acme", "--force"]

    def prepare():
        shutil.rmtree(shared, ignore_errors=True)
        shutil.copytree(former, shared)

    def is_left_alone():
        with gateway({"path": str(database)}) as one:
            mine = one.titles("acme")
            return (one.titles("globex") == ["globex 0", "globex 1"]
                    and (mine == ["acme 0", "acme 1"] or one.create("acme", "acme x") == "SERVICE_UNAVAILABLE"))

    def is_done():
        receipt, = scratch.json(0, *command)
        rows = {each["table"]: each["rows"] for each in receipt["removed"]}
        left = b"".join(path.read_bytes() for path in shared.iterdir())
        return receipt["already"] and rows["integration"] == rows["event"] == 2 and b"acme 0" not in left

    kill_at_each_step(scratch, command, prepare, is_left_alone, is_done)


@test
def a_migration_that_is_killed_is_finished_by_another(scratch):
    former, database = scratch.folder / "former", scratch.folder / "d" / "x.db"
    former.mkdir()
    scratch.make(["acme"], 2)
    make_older(scratch.database, 1)
    shutil.move(scratch.database, former / "x.db")

    def prepare():
        shutil.rmtree(database.parent, ignore_errors=True)
        shutil.copytree(former, database.parent)

    kill_at_each_step(scratch, ["migrate", "--database", database], prepare,
                      lambda: titles(database) == ["acme 0", "acme 1"] and 1 <= schema_of(database) <= SCHEMA,
                      lambda: titles(database) == ["acme 0", "acme 1"] and schema_of(database) == SCHEMA)


@test
def a_reindexing_by_lease_that_is_killed_is_finished_by_another(scratch):
    former = scratch.folder / "former"
    scratch.make_root(["acme"], 2)
    lease = folder_of(scratch.root, "acme") / "lease"
    lease.write_text("suspended\n")
    sql(scratch.tenant("acme"), "UPDATE integration SET sort_key = CAST(x'00' || sort_key AS BLOB)")
    shutil.move(scratch.root, former)

    def prepare():
        shutil.rmtree(scratch.root, ignore_errors=True)
        shutil.copytree(former, scratch.root)

    def is_left_alone():
        with gateway({"root": scratch.root}) as one:
            found = one.titles("acme")
        return found == ("SERVICE_UNAVAILABLE" if lease.read_text().strip() == "moving" else ["acme 0", "acme 1"])

    def is_done():
        return (lease.read_text().strip() == "suspended"
                and scratch.run("check", "--root", scratch.root).returncode == 0)

    kill_at_each_step(scratch, ["reindex", "--root", scratch.root], prepare, is_left_alone, is_done)


@test
def an_import_that_is_killed_leaves_all_or_nothing(scratch):
    lines, new, target = scratch.folder / "all.jsonl", scratch.folder / "new.db", scratch.folder / "target.db"
    scratch.make()
    scratch.expect(0, "export", "--database", scratch.database, "--to", lines)
    with gateway({"path": str(new)}) as running:
        running.create("initech", "one")

    def prepare():
        for suffix in "-wal", "-shm":
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.copy(new, target)

    def rows():
        return len(query(target, "SELECT 1 FROM integration"))

    kill_at_each_step(scratch, ["import", "--database", target, "--from", lines], prepare,
                      lambda: rows() in (1, 7), lambda: rows() == 7)


main()
