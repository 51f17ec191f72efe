# SPDX-License-Identifier: MIT
"""The commands undelete and deleted list. Prints TAP."""

import contextlib
import getpass
import json
import os
import sqlite3

from ctl import Vault, as_nobody, gateway, main, query, sql, test

UNKNOWN = "01a20da5-179e-83c1-8f7f-494e54475e42"


def events_of(scratch, identifier, *where):
    return scratch.json(0, "audit", "list", *where, "--entity", identifier)


def sound(scratch, *where):
    scratch.expect(0, "check", *where)
    scratch.expect(0, "audit", "verify", *where)


@test
def what_was_deleted_comes_back_with_its_history_beside_gateways(scratch):
    os.mkdir(scratch.root)
    for where, database in (["--database", scratch.database], {"path": scratch.database}), (
            ["--root", scratch.root], {"root": scratch.root}):
        with gateway(database) as running:
            first = running.create("acme", "Mail relay")
            running.create("globex", "CRM")
            running.update(first, 1, isActive=False)
            running.delete(first, 2)
            assert running.titles("acme") == []
            listed, = scratch.json(0, "deleted", "list", *where)
            assert (listed["organization"], listed["id"], listed["title"], listed["actorId"]) == (
                "acme", first, "Mail relay", "actor"), listed
            assert "  acme  actor  Mail relay\n" in scratch.expect(0, "deleted", "list", *where).stdout
            said, = scratch.json(0, "undelete", *where, first)
            assert said["version"] == 3 and said["isActive"] is False and not said["credentialRefCleared"], said
            assert running.titles("acme") == ["Mail relay"]
            assert running.update(first, 3, title="again") == {"integration": {"version": 4}}
            assert scratch.json(0, "deleted", "list", *where) == []
        events = events_of(scratch, first, *where)
        assert [event["eventType"] for event in events] == [
            "CREATED", "UPDATED", "DELETED", "RESTORED", "UPDATED"], events
        restored = events[3]
        assert restored["data"]["version"] == {"old": 2, "new": 3} and restored["data"]["title"] == {
            "old": "Mail relay", "new": "Mail relay"}, restored
        assert (restored["actorId"], restored["actorKind"], restored["sourceType"], restored["userAgent"]) == (
            getpass.getuser(), "SYSTEM", "INTERNAL", "integrationsctl"), restored
        assert len(scratch.json(0, "audit", "list", *where, "--type", "RESTORED")) == 1
        sound(scratch, *where)


@test
def it_can_be_deleted_and_brought_back_again(scratch):
    with gateway({"path": scratch.database}) as running:
        made = running.create("acme", "x")
        for version in 1, 2, 3:
            running.delete(made, version)
            said = scratch.expect(0, "undelete", "--database", scratch.database, "--actor", f"ops {version}", made)
            assert f"(version {version + 1})" in said.stdout, said
        assert running.create("acme", "y") > made
    actors = [event["actorId"] for event in events_of(scratch, made, "--database", scratch.database)
              if event["eventType"] == "RESTORED"]
    assert actors == ["ops 1", "ops 2", "ops 3"], actors
    sound(scratch, "--database", scratch.database)


@test
def what_cannot_be_brought_back_is_refused_with_the_reason(scratch):
    of = ["--database", scratch.database]
    with gateway({"path": scratch.database}) as running:
        live, lost, foreign, last = (running.create(name, name) for name in ["acme", "acme", "globex", "acme"])
        for made in lost, foreign, last:
            running.delete(made, 1)
    sql(scratch.database, f"UPDATE deleted SET version = {2**31 - 1} WHERE id = x'{last.replace('-', '')}';"
                          f"DELETE FROM deleted WHERE id = x'{lost.replace('-', '')}'")
    refused = {(UNKNOWN,): "no integration has the ID", (live,): "of organization 'acme' is not deleted",
               (lost,): "is not kept any more (retention.deletedDays)",
               (last,): "the highest version that there is",
               ("--organization", "acme", foreign): "is of organization 'globex'; name that",
               ("--organization", "globex", live): "is of organization 'acme'; name that"}
    before = query(scratch.database, "SELECT count(*) FROM event")
    for arguments, reason in refused.items():
        result = scratch.expect(1, "undelete", *of, *arguments)
        assert reason in result.stderr and result.stdout == "", (arguments, result)
    assert query(scratch.database, "SELECT count(*) FROM event") == before
    assert "not the ID of an integration" in scratch.expect(2, "undelete", *of, "17").stderr
    scratch.expect(2, "undelete", *of)
    scratch.expect(3, "undelete", "--database", scratch.folder / "none.db", live)
    sound(scratch, *of)


@test
def nothing_comes_back_while_its_organization_is_erased(scratch):
    with gateway({"path": scratch.database}) as running:
        made = running.create("acme", "x")
        running.delete(made, 1)
    sql(scratch.database, "UPDATE organization SET erased = '{}'")  # As an erasure begins.
    told = scratch.expect(3, "undelete", "--database", scratch.database, made).stderr
    assert "organization 'acme' was erased from" in told, told
    assert query(scratch.database, "SELECT count(*) FROM deleted") == [(1,)]


@test
def under_a_root_an_id_leads_to_its_organization(scratch):
    ids = scratch.make_root()
    with gateway({"root": scratch.root}) as running:
        running.delete(ids["globex"][0], 1)
    assert "no integration" in scratch.expect(1, "undelete", "--root", scratch.root, UNKNOWN).stderr
    scratch.tenant("acme").write_bytes(b"damage" * 1000)  # It is not asked.
    scratch.expect(3, "undelete", "--root", scratch.root, "--organization", "nobody", ids["globex"][0])
    said = scratch.expect(0, "undelete", "--root", scratch.root, ids["globex"][0])
    assert "globex 0  (version 2)" in said.stdout, said
    (scratch.tenant("globex").parent / "lease").write_text("erased\n")
    assert "was erased" in scratch.expect(3, "undelete", "--root", scratch.root, "--organization", "globex",
                                          ids["globex"][0]).stderr


@test
def a_revoked_token_does_not_come_back(scratch):
    vault = Vault(scratch.folder)
    of = ["--database", scratch.database, "--keyring", vault.keyring]
    with gateway({"path": scratch.database}, credentials={"keyring": vault.keyring}) as running:
        good, bad = (running.create("acme", jti, credentialRef=vault.issue("--jti", jti))
                     for jti in ["t1", "t2"])
        for made in good, bad:
            running.delete(made, 1)
        vault.run("revoke-token", "--keyring", vault.keyring, "t2")
        said, = scratch.json(0, "undelete", *of, good)
        assert said["credentialRefCleared"] is False and said["reason"] is None, said
        told = scratch.expect(0, "undelete", *of, bad).stdout
        assert "its credentialRef was cleared: revoked" in told, told
        running.delete(good, 2)
    (scratch.folder / "other").mkdir()
    other = Vault(scratch.folder / "other")
    said, = scratch.json(0, "undelete", "--database", scratch.database, "--keyring", other.keyring, good)
    assert said["credentialRefCleared"] is True and said["reason"], said
    rows = dict(query(scratch.database, "SELECT title, credential_ref IS NULL FROM integration"))
    assert rows == {"t1": 1, "t2": 1}, rows
    events = events_of(scratch, bad, "--database", scratch.database)
    assert events[-1]["data"]["credentialRef"]["new"] is None, events[-1]
    assert "can't" in scratch.expect(3, "undelete", "--database", scratch.database, "--keyring", "/none",
                                     good).stderr


@test
def each_organization_can_have_its_own_keyring(scratch):
    (scratch.folder / "acme").mkdir()
    vault, template = Vault(scratch.folder / "acme"), str(scratch.folder / "{organization}" / "keyring.json")
    of = ["--database", scratch.database, "--keyring", template]
    with gateway({"path": scratch.database}, credentials={"keyring": template}) as running:
        made = running.create("acme", "x", credentialRef=vault.issue("--jti", "t1"))
        running.delete(made, 1)
        said, = scratch.json(0, "undelete", *of, made)
        assert said["credentialRefCleared"] is False and said["reason"] is None, said
        running.delete(made, 2)
        plain = running.create("acme", "without a token")
        running.delete(plain, 1)
    file = scratch.folder / "acme/keyring.json"
    for spoil in lambda: file.write_text("{}"), file.unlink:
        spoil()
        result = scratch.expect(3, "undelete", *of, made)
        assert "stays deleted: its credentialRef can't be checked" in result.stderr, result
        assert "acme/keyring.json" in result.stderr and result.stdout == "", result
    assert len(scratch.json(0, "deleted", "list", *of[:2])) == 2
    scratch.expect(0, "undelete", *of, plain)
    said, = scratch.json(0, "undelete", *of[:2], made)
    assert said["credentialRefCleared"] is False and said["version"] == 3, said


@test
def it_waits_for_locks_and_tells_what_does_not_end(scratch):
    with gateway({"path": scratch.database}) as running:
        made = running.create("acme", "x")
        running.delete(made, 1)
    with contextlib.closing(sqlite3.connect(scratch.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "lock" in scratch.expect(3, "undelete", "--database", scratch.database, made).stderr
    os.chmod(scratch.database, 0o444)
    if os.geteuid() == 0:
        os.chmod(scratch.folder, 0o755)
    result = scratch.run("undelete", "--database", scratch.database, made, **as_nobody())
    assert result.returncode == 3 and result.stderr, result
    os.chmod(scratch.database, 0o600)
    scratch.expect(0, "undelete", "--database", scratch.database, made)


@test
def deleted_ones_are_exported_and_imported(scratch):
    os.mkdir(scratch.root)
    with gateway({"path": scratch.database}) as running:
        ids = [running.create(name, f"{name} {i}") for name in ["acme", "globex"] for i in range(2)]
        for made in ids[1:3]:
            running.delete(made, 1)
    first, again = scratch.folder / "first.jsonl", scratch.folder / "again.jsonl"
    scratch.expect(0, "export", "--database", scratch.database, "--to", first)
    lines = [json.loads(line) for line in first.read_text().splitlines()]
    assert [line["deleted"]["id"] for line in lines if "deleted" in line] == ids[1:3], lines
    said = scratch.json(0, "import", "--root", scratch.root, "--from", first)
    assert [one["deleted"] for one in said] == [1, 1], said
    scratch.expect(0, "export", "--root", scratch.root, "--to", again)
    assert first.read_bytes() == again.read_bytes()
    said = scratch.json(0, "import", "--root", scratch.root, "--from", first)
    assert [one["deleted"] for one in said] == [0, 0], said
    scratch.expect(0, "undelete", "--root", scratch.root, ids[1])
    told = scratch.expect(3, "import", "--root", scratch.root, "--from", first)
    assert "differs" in told.stderr, told
    with gateway({"root": scratch.root}) as running:
        running.delete(ids[0], 1)
        assert running.create("globex", "new") > ids[2], "an ID was made again"
    assert "differs" in scratch.expect(3, "import", "--root", scratch.root, "--from", first).stderr
    scratch.expect(0, "undelete", "--root", scratch.root, ids[2])
    sound(scratch, "--root", scratch.root)


@test
def a_backup_has_them_and_an_erased_tenant_has_not(scratch):
    ids = scratch.make_root()
    with gateway({"root": scratch.root}) as running:
        running.delete(ids["acme"][0], 1)
        scratch.expect(0, "backup", "--root", scratch.root, "--to", scratch.folder / "backups")
    scratch.expect(0, "tenants", "erase", "--root", scratch.root, "--organization", "acme", "--force")
    assert scratch.json(0, "deleted", "list", "--root", scratch.root) == []
    scratch.expect(0, "restore", "--root", scratch.root, "--organization", "acme", "--from",
                   scratch.folder / "backups", "--force")
    scratch.expect(0, "undelete", "--root", scratch.root, ids["acme"][0])


main()
