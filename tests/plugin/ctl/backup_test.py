# SPDX-License-Identifier: MIT
"""The command backup of integrationsctl, beside gateways and loads. A disk that is full: restore, too. Prints TAP."""

import fcntl
import os
import pathlib
import shutil
import stat
import subprocess
import threading
import time

from ctl import CTL, PLUGIN, WRITER, folder_of, gateway, main, query, small_files, sql, test, titles, until


@test
def a_backup_is_whole_and_can_be_served(scratch):
    copy = scratch.folder / "copy.db"
    ids = scratch.make()
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, title="changed")
        said, = scratch.json(0, "backup", "--database", scratch.database, "--to", copy)
        running.update(ids["acme"][0], 2, title="later")
    assert said == {"database": scratch.database, "organization": None, "backup": str(copy),
                    "integrations": 6, "bytes": copy.stat().st_size}, said
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert scratch.names() == ["copy.db", "integrations.db"], scratch.names()
    with gateway({"path": str(copy)}) as restored:
        assert restored.titles("acme") == ["acme 1", "acme 2", "changed"]
        assert restored.create("acme", "new") not in ids["acme"]


@test
def a_backup_that_is_there_is_kept(scratch):
    copy = scratch.folder / "copy.db"
    scratch.make()
    sql(copy, "CREATE TABLE before (id)")
    before = copy.read_bytes()
    told = scratch.expect(3, "backup", "--database", scratch.database, "--to", copy).stderr
    assert "is there already" in told and "--force" in told, told
    assert copy.read_bytes() == before
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy, "--force")
    assert len(titles(copy)) == 6
    (scratch.folder / "new.db-wal").write_text("a log")
    told = scratch.expect(3, "backup", "--database", scratch.database, "--to",
                          scratch.folder / "new.db").stderr
    assert "its -wal" in told, told


@test
def a_file_of_another_kind_is_never_replaced(scratch):
    """Neither by its name nor by a link, nor below the root of backups. One that is empty has nothing to lose."""
    scratch.make()
    scratch.make_root()
    other, empty, link = (scratch.folder / name for name in ["gateway.json", "empty", "link"])
    other.write_text('{"secret":1}')
    link.symlink_to(other)
    below = folder_of(scratch.folder / "copies", "acme") / "integrations.db"
    below.parent.mkdir(parents=True)
    below.write_text("SQLite")
    for path in other, link, scratch.folder:
        for more in [], ["--force"]:
            told = scratch.expect(3, "backup", "--database", scratch.database, "--to", path, *more).stderr
            assert "is not a database; name another file" in told, told
    told = scratch.expect(3, "backup", "--root", scratch.root, "--to", scratch.folder / "copies", "--force").stderr
    assert "is not a database; name another file" in told, told
    assert other.read_text() == '{"secret":1}' and below.read_text() == "SQLite"
    empty.touch()
    scratch.expect(0, "backup", "--database", scratch.database, "--to", empty, "--force")
    assert len(titles(empty)) == 6


@test
def a_database_is_no_backup_of_itself(scratch):
    scratch.make()
    scratch.make_root()
    (scratch.folder / "link.db").symlink_to(scratch.database)
    (scratch.folder / "same").symlink_to(scratch.root)
    for which, places in [(["--database", scratch.database], [scratch.database, scratch.folder / "link.db"]),
                          (["--root", scratch.root], [scratch.root, scratch.folder / "same"])]:
        for to in places:
            told = scratch.expect(2, "backup", *which, "--to", to, "--force").stderr
            assert "is the database itself; name another place" in told, told


@test
def a_database_in_use_is_no_place_for_a_backup(scratch):
    scratch.make()
    shutil.copy(scratch.database, scratch.folder / "other.db")
    with gateway({"path": str(scratch.folder / "other.db")}) as running:
        running.create("acme", "served")
        told = scratch.expect(3, "backup", "--database", scratch.database, "--to",
                              scratch.folder / "other.db", "--force").stderr
        assert "is in use" in told, told
        assert "served" in running.titles("acme")
    assert scratch.names() == ["integrations.db", "other.db"]


@test
def a_damaged_database_does_not_replace_a_backup(scratch):
    copy = scratch.folder / "copy.db"
    scratch.make()
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    sound = copy.read_bytes()
    sql(scratch.database, "UPDATE organization SET active = active + 1")
    told = scratch.expect(1, "backup", "--database", scratch.database, "--to", copy, "--force").stderr
    assert "is damaged, and was not copied: counters" in told, told
    assert copy.read_bytes() == sound and scratch.names() == ["copy.db", "integrations.db"]


@test
def places_that_can_t_be_written_are_reported(scratch):
    scratch.make()
    for to, said in [("/no such folder/x.db", "make that first"), ("/dev/full", "is not a database")]:
        told = scratch.expect(3, "backup", "--database", scratch.database, "--to", to).stderr
        assert said in told, (to, told)


@test
def a_disk_that_is_full_leaves_nothing(scratch):
    scratch.make()
    sql(scratch.database, "INSERT INTO setting VALUES ('filler', zeroblob(100000))")
    copy = scratch.folder / "copy.db"
    told = scratch.expect(3, "backup", "--database", scratch.database, "--to", copy,
                          preexec_fn=small_files).stderr
    assert "copying failed" in told and "limit on file sizes" in told, told
    assert scratch.names() == ["integrations.db"], scratch.names()
    shutil.copy(scratch.database, copy)
    told = scratch.expect(3, "restore", "--database", scratch.database, "--from", copy, "--force",
                          preexec_fn=small_files).stderr
    assert "limit on file sizes" in told and len(titles(scratch.database)) == 6, told
    assert scratch.names() == ["copy.db", "integrations.db"], scratch.names()


class Load:
    """A writer, and what it has said so far. It waits when a pipe of 4 KiB is full: with a pause after each line, it
    writes only so much."""

    def __init__(self, database, organizations, pause):
        self.pause = pause
        self.process = subprocess.Popen([WRITER, PLUGIN, database, "r", str(organizations)],
                                        stdout=subprocess.PIPE)
        fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        self.lines = []
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if self.pause > 0:
                time.sleep(self.pause)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()

    def acknowledged(self, count):
        """The versions of the integrations, by their chains, that were told in so many lines."""
        versions = {}
        for line in self.lines[:count]:
            chain, what, operation, version = line.decode().split()
            if what == "ok" and operation in ("create", "update"):
                versions[chain] = 1 if operation == "create" else int(version) + 1
        return versions

    def deleted(self):
        """The chains whose deletion was begun."""
        return {chain for chain, what, operation, _ in (line.decode().split() for line in self.lines)
                if operation == "delete"}


def verify(scratch, load, copy, before):
    """Restores the backup, and returns the chains that lack what was told in so many lines."""
    target = copy.with_name("restored.db")
    scratch.expect(0, "restore", "--database", target, "--from", copy, timeout=600)
    found = {title.split()[0]: version for title, version
             in query(target, "SELECT title, version FROM integration")}
    said, = scratch.json(0, "check", "--database", target)
    assert said["sound"] and said["integrations"] == len(found), said
    assert all(one["sound"] for one in scratch.json(0, "audit", "verify", "--database", target))
    for path in [copy, target]:
        path.unlink()
    return {chain for chain, version in load.acknowledged(before).items() if found.get(chain, 0) < version}


@test
def backups_under_load_have_what_was_acknowledged_before(scratch):
    """BACKUPS=60 takes as many, one each second, of a database whose growth is bounded."""
    long = "BACKUPS" in os.environ
    wanted, pause = (int(os.environ["BACKUPS"]), 1) if long else (3, 0)
    load, taken = Load(scratch.database, 3, 0.004 if long else 0), []
    try:
        until(lambda: len(load.lines) > 200, "writing")
        for number in range(wanted):
            began = time.monotonic()
            copy, before = scratch.folder / f"{number}.db", len(load.lines)
            scratch.expect(0, "backup", "--database", scratch.database, "--to", copy, timeout=600)
            taken.append((copy, before))
            until(lambda: len(load.lines) > before + 100, "writing during and after the backup")
            time.sleep(max(0.0, pause - (time.monotonic() - began)))
    finally:
        load.end()
    missing = [verify(scratch, load, *each) - load.deleted() for each in taken]
    assert not any(missing) and len(missing) == wanted, missing


@test
def all_tenants_are_backed_up_to_a_root(scratch):
    copies = scratch.folder / "copies"
    scratch.make_root(["acme", "globex"])
    with gateway({"root": scratch.root}) as running:
        assert len(running.titles("acme")) == 3
        said = scratch.json(0, "backup", "--root", scratch.root, "--to", copies)
    assert [one["organization"] for one in said] == ["acme", "globex"], said
    with gateway({"root": str(copies)}) as restored:
        assert restored.titles("globex") == ["globex 0", "globex 1", "globex 2"]
    result = scratch.expect(3, "backup", "--root", scratch.root, "--to", copies)
    assert result.stderr.count("is there already") == 2, result
    one = scratch.expect(0, "backup", "--root", scratch.root, "--organization", "acme", "--to",
                         scratch.folder / "one").stdout
    assert "acme" in one and "globex" not in one, one


@test
def two_backups_at_once_do_not_mix(scratch):
    copy = scratch.folder / "copy.db"
    scratch.make(count=50)
    both = [subprocess.Popen([CTL, "backup", "--database", scratch.database, "--to", str(copy)],
                             stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)]
    ends = [(process.communicate(timeout=60), process.returncode) for process in both]
    assert sorted(code for _, code in ends) == [0, 3], ends
    assert len(titles(copy)) == 100 and scratch.names() == ["copy.db", "integrations.db"]


main()
