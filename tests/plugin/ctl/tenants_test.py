# SPDX-License-Identifier: MIT
"""The commands tenants list, show, suspend, resume, move and erase, beside gateways. Prints TAP."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import sqlite3
import subprocess

from ctl import (CTL, NOBODY, Gateway, folder_of, gateway, kept_beside, lock, main, sql, test, titles,
                 until)

REFUSED = "SERVICE_UNAVAILABLE"


def of(scratch, organization="acme"):
    return ["--root", scratch.root, "--organization", organization]


def show(scratch, organization="acme"):
    said, = scratch.json(0, "tenants", "show", *of(scratch, organization))
    return said


@test
def tenants_are_listed_with_their_states(scratch):
    scratch.make_root(["acme", "globex", "initech"])
    (folder_of(scratch.root, "globex") / "lease").write_text("suspended\n")
    (folder_of(scratch.root, "initech") / "lease").write_text("gone\n")
    with gateway({"root": scratch.root}) as running:
        running.titles("acme")
        said = scratch.json(0, "tenants", "list", "--root", scratch.root)
        assert show(scratch)["open"]
    assert [(one["organization"], one["state"], one["open"]) for one in said] == [
        ("acme", "active", True), ("globex", "suspended", False), ("initech", "damaged", False)], said
    assert not show(scratch)["open"] and said[0]["bytes"] > 0
    shown = scratch.expect(0, "tenants", "list", "--root", scratch.root).stdout
    assert "in use" in shown and "suspended" in shown, shown
    shown = scratch.expect(0, "tenants", "show", *of(scratch, "initech")).stdout
    assert "treated as suspended" in shown, shown
    for command in ["show", "suspend", "resume"]:
        told = scratch.expect(3, "tenants", command, *of(scratch, "nobody")).stderr
        assert "has no folder" in told, told
    assert scratch.expect(3, "tenants", "list", "--root", scratch.folder / "no").stderr
    scratch.make()
    for command in ["list"], ["show", "--organization", "acme"], ["suspend", "--organization", "acme"]:
        told = scratch.expect(2, "tenants", *command, "--database", scratch.database).stderr
        assert "is a file that organizations share" in told and "tenants erase" in told, told


@test
def gateways_heed_a_suspension_and_its_end(scratch):
    scratch.make_root()
    with gateway({"root": scratch.root}) as running:
        assert len(running.titles("acme")) == 3
        scratch.expect(0, "tenants", "suspend", *of(scratch))
        until(lambda: running.create("acme", "x") == REFUSED, "a suspension")
        assert running.titles("acme")[:3] == ["acme 0", "acme 1", "acme 2"]
        assert running.create("globex", "x") != REFUSED
        assert show(scratch)["state"] == "suspended"
        scratch.expect(0, "tenants", "suspend", *of(scratch))
        scratch.expect(0, "tenants", "resume", *of(scratch))
        until(lambda: running.create("acme", "x") != REFUSED, "its end")
    lease = folder_of(scratch.root, "acme") / "lease"
    for left in ["rubbish", "moving\n"]:
        lease.write_text(left)
        scratch.expect(0, "tenants", "resume", *of(scratch))
        assert lease.read_text().strip() == "active"
    lease.write_text("moving\n")
    assert "it is moving" in scratch.expect(3, "tenants", "suspend", *of(scratch)).stderr


@test
def root_gives_no_other_file_to_the_owner_of_the_folder(scratch):
    if os.geteuid() != 0:
        return  # Only root can give files away.
    scratch.make_root(["acme"])
    folder, other = folder_of(scratch.root, "acme"), scratch.folder / "other"
    other.write_text("suspended")
    (folder / "lease").unlink()
    os.link(other, folder / "lease")
    os.chown(folder, NOBODY, NOBODY)
    assert "links" in scratch.expect(3, "tenants", "resume", *of(scratch)).stderr
    assert other.read_text() == "suspended" and other.stat().st_uid == 0


# ---- Moving ----

def moved(scratch, *more):
    return ["tenants", "move", *of(scratch), "--to", scratch.folder / "other", *more]


@test
def a_tenant_moves_beside_gateways_of_both_roots(scratch):
    ids = scratch.make_root()
    other = scratch.folder / "other"
    told = scratch.expect(3, *moved(scratch)).stderr
    assert "Make the folder" in told, told
    other.mkdir()
    with gateway({"root": scratch.root}) as former, gateway({"root": str(other)}) as later:
        former.update(ids["acme"][0], 1, title="in the log")
        assert later.titles("acme") == []
        said, = scratch.json(0, *moved(scratch))
        assert said["to"] == str(folder_of(other, "acme")), said
        assert former.titles("acme") == REFUSED and former.create("acme", "x") == REFUSED
        until(lambda: later.titles("acme") == ["acme 1", "acme 2", "in the log"], "serving")
        assert len(former.titles("globex")) == 3
        assert later.create("acme", "new") not in (REFUSED, *ids["acme"])
    assert scratch.names(folder_of(scratch.root, "acme")) == ["lease", "lease.former"]
    assert show(scratch)["state"] == "moved"
    assert len(scratch.json(0, "check", "--root", scratch.root)) == 1  # Globex: acme is not missed here.
    told = scratch.expect(3, "check", *of(scratch)).stderr
    assert "was moved to another root" in told, told
    told = scratch.expect(3, *moved(scratch)).stderr
    assert "has no database" in told, told
    told = scratch.expect(3, "tenants", "resume", *of(scratch)).stderr
    assert "was moved, or is missing" in told and "--force" in told, told


@test
def a_state_moves_along(scratch):
    scratch.make_root()
    other = scratch.folder / "other"
    other.mkdir()
    scratch.expect(0, "tenants", "suspend", *of(scratch))
    scratch.expect(0, *moved(scratch))
    assert (folder_of(other, "acme") / "lease").read_text().strip() == "suspended"
    back = ["tenants", "move", "--root", other, "--organization", "acme", "--to", scratch.root]
    scratch.expect(0, *back)
    assert show(scratch)["state"] == "suspended" and len(titles(scratch.tenant("acme"))) == 3


@test
def nothing_is_moved_over_another(scratch):
    scratch.make_root()
    other = scratch.folder / "other"
    other.mkdir()
    with gateway({"root": str(other)}) as running:
        running.create("acme", "another's")
    told = scratch.expect(3, *moved(scratch)).stderr
    assert "is there already" in told, told
    assert show(scratch)["state"] == "active" and titles(folder_of(other, "acme") / "integrations.db") == ["another's"]
    (folder_of(scratch.root, "globex") / "lease").write_text("erased\n")
    for organization, said in [("globex", "was erased"), ("nobody", "has no folder")]:
        told = scratch.expect(3, "tenants", "move", *of(scratch, organization), "--to", other).stderr
        assert said in told, told
    told = scratch.expect(2, "tenants", "move", *of(scratch), "--to", scratch.root).stderr
    assert "is where the organization is" in told, told


@test
def a_damaged_database_is_not_moved(scratch):
    scratch.make_root(["acme"])
    other = scratch.folder / "other"
    other.mkdir()
    with contextlib.closing(sqlite3.connect(scratch.tenant("acme"))) as connection:
        connection.executescript("UPDATE organization SET active = active + 1")
    assert "is damaged" in scratch.expect(1, *moved(scratch)).stderr
    assert show(scratch)["state"] == "active"
    assert (folder_of(other, "acme") / "lease").read_text().strip() == "active"


def interrupted(scratch):
    """A move that ended as it removed the source. Returns the database that it has copied."""
    scratch.make_root(["acme"])
    other = scratch.folder / "other"
    other.mkdir()
    scratch.expect(0, "backup", "--root", scratch.root, "--to", scratch.folder / "copies")
    kept = scratch.folder / "kept"
    shutil.copytree(folder_of(scratch.root, "acme"), kept)
    scratch.expect(0, *moved(scratch))
    shutil.copy(kept / "integrations.db", scratch.tenant("acme"))
    lease, name = [folder_of(scratch.root, "acme") / name for name in ["lease", "lease.former"]]
    for path in [lease, name]:
        shutil.copy(path, folder_of(other, "acme") / path.name)
    return folder_of(other, "acme") / "integrations.db"


@test
def a_move_that_was_ended_copies_nothing_twice(scratch):
    there = interrupted(scratch)
    sql(scratch.tenant("acme"), "DELETE FROM integration")  # As if its log had been removed.
    scratch.expect(0, *moved(scratch))
    assert len(titles(there)) == 3 and not kept_beside(there) and not scratch.tenant("acme").exists()


@test
def a_newer_database_is_not_replaced_by_a_move_that_was_ended(scratch):
    there = interrupted(scratch)
    to_other = ["--root", scratch.folder / "other", "--organization", "acme"]
    lease = there.parent / "lease"
    former = (there.parent / "lease.former").read_text()
    for later in ["resumed", "restored", "another", "older"]:
        if later == "resumed":
            scratch.expect(0, "tenants", "resume", *to_other)
            with gateway({"root": str(scratch.folder / "other")}) as running:
                running.create("acme", "newer")
            lease.write_text("moving\n")  # A tool was ended there.
        elif later == "restored":  # Without a resumption: the lease says moving all the time.
            (there.parent / "lease.former").write_text(former)
            command = ["restore", *to_other, "--from", scratch.folder / "copies", "--force"]
            held = lock(lease, fcntl.F_RDLCK)
            with subprocess.Popen([CTL, *map(str, command)]) as waiting:
                until(lambda: former[-32:] not in (there.parent / "lease.former").read_text(), "waiting")
                waiting.kill()
            held.close()
        elif later == "another":
            (there.parent / "lease.former").write_text("active\n" + "0" * 32)
        else:  # As older versions wrote it.
            for folder in [there.parent, folder_of(scratch.root, "acme")]:
                (folder / "lease.former").write_text("active")
        before = titles(there)
        told = scratch.expect(3, *moved(scratch)).stderr
        assert str(there) in told and str(scratch.tenant("acme")) in told and "resume" in told, told
        assert titles(there) == before and "newer" in before and len(titles(scratch.tenant("acme"))) == 3
        assert lease.read_text().strip() == show(scratch)["state"] == "moving"


@test
def folders_within_an_organizations_folder_are_refused_first(scratch):
    scratch.make_root(["acme"])
    other, inside = scratch.folder / "other", folder_of(scratch.root, "acme") / "notes"
    other.mkdir()
    inside.mkdir()
    for code, command, said in [(3, moved(scratch), "move it elsewhere"),
                                (3, erased(scratch, "--force"), "move it elsewhere"),
                                (2, ["tenants", "move", *of(scratch), "--to", inside], "own folder"),
                                (2, ["tenants", "move", *of(scratch), "--to", inside.parent], "own folder")]:
        told = scratch.expect(code, *command).stderr
        assert str(inside if code == 3 else command[-1]) in told and said in told, told
        assert show(scratch)["state"] == "active" and len(titles(scratch.tenant("acme"))) == 3
        assert not list(inside.iterdir())
    inside.rmdir()
    scratch.expect(0, *moved(scratch))


# ---- Erasing ----

@test
def a_link_to_the_folder_of_another_organization_is_refused(scratch):
    """In this root and in another one. A link to the organization's own folder elsewhere, on another disk, is none."""
    scratch.make_root(["acme", "globex"])
    folder, other = folder_of(scratch.root, "globex"), scratch.folder / "other"
    scratch.expect(0, "backup", "--root", scratch.root, "--to", other)
    kept = scratch.folder / "kept" / folder.name
    kept.parent.mkdir()
    folder.rename(kept)
    for root in scratch.root, other:
        victim = folder_of(root, "acme")
        before = scratch.names(victim)
        folder.symlink_to(victim)
        for arguments in [["suspend"], ["resume", "--force"], ["show"], ["move", "--to", other], ["erase", "--force"]]:
            told = scratch.expect(3, "tenants", *arguments, *of(scratch, "globex")).stderr
            assert "the folder of another organization: remove the symbolic link" in told, (arguments, told)
        told = scratch.expect(3, "restore", *of(scratch, "globex"), "--from", other, "--force").stderr
        assert "the folder of another organization" in told, told
        assert scratch.names(victim) == before and len(titles(victim / "integrations.db")) == 3
        folder.unlink()
    folder.symlink_to(kept)
    scratch.expect(0, "tenants", "erase", *of(scratch, "globex"), "--force")
    assert scratch.names(kept) == ["erased.json", "lease"], scratch.names(kept)


@test
def a_file_that_is_elsewhere_is_refused_before_anything_is_removed(scratch):
    """A link would be removed, and its file would stay, though the receipt says that it is gone."""
    scratch.make_root()
    file, there = scratch.tenant("acme"), scratch.folder / "there.db"
    file.rename(there)
    file.symlink_to(there)
    (scratch.folder / "other").mkdir(mode=0o700)
    for arguments in ["erase", "--force"], ["move", "--to", scratch.folder / "other"]:
        told = scratch.expect(3, "tenants", *arguments, *of(scratch)).stderr
        assert "is a symbolic link, and what it leads to would stay" in told, told
        assert show(scratch)["state"] == "active"
    file.unlink()
    there.rename(file)
    scratch.expect(0, "tenants", "erase", *of(scratch), "--force")


def erased(scratch, *more):
    return ["tenants", "erase", *of(scratch), *more]


def files_with(folder, text):
    return [path for path in pathlib.Path(folder).rglob("*")
            if path.is_file() and text.encode() in path.read_bytes()]


@test
def nothing_of_an_erased_tenant_is_left_and_nothing_comes_back(scratch):
    copies = scratch.folder / "copies"
    ids = scratch.make_root(["acme", "globex"])
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    with gateway({"root": scratch.root}) as running:
        running.update(ids["acme"][0], 1, title="acme, a secret title")
        scratch.expect(0, "restore", "--root", scratch.root, "--from", copies, "--organization",
                       "acme", "--force")
        running.update(ids["acme"][0], 1, title="acme, another")
        assert len(files_with(scratch.root, "acme")) > 1
        told = scratch.expect(2, *erased(scratch)).stderr
        assert "--force" in told and len(running.titles("acme")) == 3, told
        receipt, = scratch.json(0, *erased(scratch, "--force"))
        assert running.titles("acme") == [] and running.create("acme", "x") == REFUSED
        assert len(running.titles("globex")) == 3
    assert receipt["organization"] == "acme" and receipt["time"].endswith("Z"), receipt
    names = " ".join(removed["file"] for removed in receipt["removed"])
    assert "integrations.db " in names + " " and ".before-" in names, names
    assert any("backups" in each for each in receipt["notReached"]), receipt
    assert not files_with(scratch.root, "acme"), files_with(scratch.root, "acme")
    assert scratch.names(folder_of(scratch.root, "acme")) == ["erased.json", "lease"]
    told = scratch.expect(3, "restore", "--root", scratch.root, "--from", copies).stderr
    assert "'acme' was erased" in told, told
    told = scratch.expect(3, "tenants", "resume", *of(scratch)).stderr
    assert "was erased" in told and "--force" in told, told
    again, = scratch.json(0, *erased(scratch, "--force"))
    assert again == {**receipt, "already": True}, again
    scratch.expect(0, "tenants", "resume", *of(scratch), "--force")
    with gateway({"root": scratch.root}) as running:
        assert running.create("acme", "anew") != REFUSED and running.titles("acme") == ["anew"]
    later, = scratch.json(0, *erased(scratch, "--force"))
    assert not later["already"] and later["time"] > receipt["time"], later


@test
def who_reads_meanwhile_is_named(scratch):
    scratch.make_root(["acme"])
    with contextlib.closing(sqlite3.connect(scratch.tenant("acme"))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM integration").fetchone()
        receipt, = scratch.json(0, *erased(scratch, "--force"))
    assert any("had the database open" in each for each in receipt["notReached"]), receipt
    assert not files_with(scratch.root, "acme")
    shown = scratch.expect(0, *erased(scratch, "--force")).stdout
    assert "was erased already, at" in shown and "not reached: backups" in shown, shown


@test
def a_gateway_that_ended_badly_is_no_hindrance(scratch):
    scratch.make_root(["acme"])
    running = Gateway({"root": scratch.root})
    running.create("acme", "in the log")
    running.kill()
    assert os.path.getsize(f"{scratch.tenant('acme')}-wal") > 0
    scratch.expect(0, *erased(scratch, "--force"))
    assert not files_with(scratch.root, "in the log")


main()
