# SPDX-License-Identifier: MIT
"""The command restore of integrationsctl, of single databases and by leases, beside gateways. Prints TAP."""

import fcntl
import os
import pathlib
import shutil
import signal
import stat
import subprocess

from ctl import (CTL, NEWER, Gateway, folder_of, gateway, kept_beside, lock, main, sql, test, titles,
                 until)


# ---- Restoring a single database ----

@test
def a_backup_takes_the_place_of_a_database(scratch):
    copy = scratch.folder / "copy.db"
    ids = scratch.make()
    os.chmod(scratch.database, 0o640)
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    with gateway({"path": scratch.database}) as running:
        running.delete(ids["acme"][0], 1)
        restore = ["restore", "--database", scratch.database, "--from", copy]
        told = scratch.expect(3, *restore).stderr
        assert "is there already" in told and "--force" in told, told
        told = scratch.expect(3, *restore, "--force").stderr
        assert "is in use: stop the gateways" in told, told
        assert running.titles("acme") == ["acme 1", "acme 2"]
    said, = scratch.json(0, *restore, "--force")
    assert said["integrations"] == 6 and said["database"] == scratch.database, said
    assert stat.S_IMODE(os.stat(scratch.database).st_mode) == 0o640
    assert len(titles(scratch.database)) == 6 and len(titles(said["kept"])) == 5, said
    with gateway({"path": scratch.database}) as running:
        assert running.titles("acme") == ["acme 0", "acme 1", "acme 2"]


@test
def the_log_of_the_former_database_goes_with_it(scratch):
    copy = scratch.folder / "copy.db"
    ids = scratch.make()
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    running = Gateway({"path": scratch.database})
    running.delete(ids["acme"][0], 1)
    running.kill()
    assert os.path.getsize(scratch.database + "-wal") > 0
    said, = scratch.json(0, "restore", "--database", scratch.database, "--from", copy, "--force")
    assert not os.path.exists(scratch.database + "-wal") and os.path.exists(said["kept"] + "-wal")
    assert len(titles(scratch.database)) == 6
    with gateway({"path": said["kept"]}) as former:
        assert former.titles("acme") == ["acme 1", "acme 2"]


@test
def what_is_no_sound_backup_is_not_restored(scratch):
    copy = scratch.folder / "copy.db"
    scratch.make()
    restore = ["restore", "--database", scratch.database, "--force", "--from"]
    before = pathlib.Path(scratch.database).read_bytes()
    scratch.expect(3, *restore, scratch.folder / "missing.db")
    copy.write_text("no database\n" * 500)
    scratch.expect(3, *restore, copy)
    copy.write_bytes(before[:len(before) // 2])
    assert scratch.run(*restore, copy).returncode in (1, 3)
    copy.write_bytes(before)
    sql(copy, "UPDATE integration SET sort_key = x'00' WHERE key = 1")
    told = scratch.expect(1, *restore, copy).stderr
    assert "is damaged, and was not copied: order" in told, told
    copy.write_bytes(before)
    sql(copy, NEWER)
    assert "schema version 99" in scratch.expect(3, *restore, copy).stderr
    assert pathlib.Path(scratch.database).read_bytes() == before
    assert scratch.names() == ["copy.db", "integrations.db"], scratch.names()


@test
def a_backup_beside_another_log_is_refused(scratch):
    copy, target = scratch.folder / "copy.db", scratch.folder / "target.db"
    ids = scratch.make()
    shutil.copy(scratch.database, copy)
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, title="a")
        sql(scratch.database, "PRAGMA wal_checkpoint(TRUNCATE)")
        running.update(ids["acme"][0], 2, title="b")
        shutil.copy(scratch.database + "-wal", str(copy) + "-wal")
    told = scratch.expect(3, "restore", "--database", target, "--from", copy).stderr
    assert "continues another state" in told and not target.exists(), told


@test
def a_log_without_its_database_is_not_joined_to_another(scratch):
    copy, target = scratch.folder / "copy.db", scratch.folder / "target.db"
    scratch.make()
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    pathlib.Path(f"{target}-wal").write_bytes(b"a log" * 1000)
    told = scratch.expect(3, "restore", "--database", target, "--from", copy).stderr
    assert "-wal is there already" in told and not target.exists(), told
    said, = scratch.json(0, "restore", "--database", target, "--from", copy, "--force")
    assert pathlib.Path(said["kept"] + "-wal").read_bytes() == b"a log" * 1000
    assert len(titles(target)) == 6 and not os.path.exists(f"{target}-wal")


@test
def links_are_followed(scratch):
    copy, link = scratch.folder / "copy.db", scratch.folder / "link.db"
    scratch.make()
    scratch.expect(0, "backup", "--database", scratch.database, "--to", copy)
    link.symlink_to(scratch.database)
    sql(scratch.database, "UPDATE integration SET title = 'x'")
    scratch.expect(0, "restore", "--database", link, "--from", copy, "--force")
    assert link.is_symlink() and "acme 0" in titles(scratch.database)


# ---- Restoring below a root ----

@test
def a_tenant_is_restored_beside_its_gateway(scratch):
    copies = scratch.folder / "copies"
    ids = scratch.make_root()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    with gateway({"root": scratch.root}) as running:
        running.delete(ids["acme"][0], 1)
        running.create("globex", "new")
        restore = ["restore", "--root", scratch.root, "--from", copies, "--organization", "acme"]
        assert "--force" in scratch.expect(3, *restore).stderr
        said, = scratch.json(0, *restore, "--force")
        assert said["organization"] == "acme" and said["integrations"] == 3, said
        assert running.titles("acme") == ["acme 0", "acme 1", "acme 2"]
        assert len(running.titles("globex")) == 4
        assert running.create("acme", "after") not in ids["acme"]
    folder = folder_of(scratch.root, "acme")
    assert (folder / "lease").read_text().strip() == "active"
    assert "lease.former" not in scratch.names(folder), scratch.names(folder)


@test
def all_tenants_are_restored_to_an_empty_root(scratch):
    copies = scratch.folder / "copies"
    scratch.make_root()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    shutil.rmtree(scratch.root)
    assert "Make the folder" in scratch.expect(3, "restore", "--root", scratch.root, "--from", copies).stderr
    os.mkdir(scratch.root)
    assert len(scratch.json(0, "restore", "--root", scratch.root, "--from", copies)) == 2
    with gateway({"root": scratch.root}) as running:
        assert len(running.titles("acme")) == 3 and len(running.titles("globex")) == 3


@test
def a_state_survives_a_restore(scratch):
    copies = scratch.folder / "copies"
    scratch.make_root()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    restore = ["restore", "--root", scratch.root, "--from", copies, "--organization", "acme"]
    lease = folder_of(scratch.root, "acme") / "lease"
    lease.write_text("suspended\n")
    scratch.expect(0, *restore, "--force")
    assert lease.read_text().strip() == "suspended"
    lease.write_text("erased\n")
    os.remove(scratch.tenant("acme"))
    told = scratch.expect(3, *restore).stderr
    assert "was erased" in told and "--force" in told, told
    scratch.expect(0, *restore, "--force")
    assert lease.read_text().strip() == "active" and len(titles(scratch.tenant("acme"))) == 3


@test
def who_does_not_let_go_is_not_robbed(scratch):
    copies = scratch.folder / "copies"
    scratch.make_root()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    lease = folder_of(scratch.root, "acme") / "lease"
    restore = [CTL, "restore", "--root", scratch.root, "--from", str(copies), "--force"]
    held = lock(lease, fcntl.F_RDLCK)
    process = subprocess.Popen(restore, stderr=subprocess.PIPE, text=True)
    until(lambda: lease.read_text().strip() == "moving", "waiting")
    another = scratch.expect(3, *restore[1:], "--organization", "acme").stderr
    assert "another tool is at work" in another, another
    process.send_signal(signal.SIGTERM)
    told = process.communicate(timeout=60)[1]
    held.close()
    assert "interrupted" in told, told
    assert lease.read_text().strip() == "active"
    assert not kept_beside(scratch.tenant("acme"))


@test
def a_root_is_not_restored_from_itself(scratch):
    scratch.make_root(["acme"])
    (scratch.folder / "alias").symlink_to(scratch.root)
    for source in [scratch.root, f"{scratch.root}/.", scratch.folder / "alias"]:
        told = scratch.expect(2, "restore", "--root", scratch.root, "--from", source, "--force").stderr
        assert "is the root itself" in told, told
        assert (folder_of(scratch.root, "acme") / "lease").read_text().strip() in ("", "active")


main()
