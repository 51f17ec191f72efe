# SPDX-License-Identifier: MIT
"""The commands consumers list and consumers remove. Prints TAP."""

import os

from ctl import as_nobody, gateway, main, make_older, query, sql, test


MARK = "SELECT value FROM setting WHERE name = 'mark'"


def both(scratch):
    """How gateways and tools name one shared database, and one for each organization."""
    os.mkdir(scratch.root)
    return [({"path": scratch.database}, ["--database", scratch.database]),
            ({"root": scratch.root}, ["--root", scratch.root])]


def listed(scratch, *where):
    return [(said["organization"], said["consumer"], said["position"], said["behind"],
             said["leasedUntil"] is not None) for said in scratch.json(0, "consumers", "list", *where)]


@test
def how_far_they_have_come_is_told_beside_gateways(scratch):
    for database, where in both(scratch):
        with gateway(database) as running:
            for organization in "acme", "acme", "acme", "globex":
                running.create(organization, "x")
            assert scratch.expect(0, "consumers", "list", *where).stdout == ""
            batch = running.claim("hooks", limit=2)
            while batch["organizationId"] != "acme":
                running.acknowledge("hooks", batch)
                batch = running.claim("hooks", limit=2)
            said, = scratch.json(0, "consumers", "list", *where, "--organization", "acme")
            assert (said["position"], said["behind"], said["process"]) == (0, 3, running.process.pid), said
            shown = scratch.expect(0, "consumers", "list", *where, "--organization", "acme").stdout
            assert shown.split()[-5:] == ["3", said["leasedUntil"], str(running.process.pid), "hooks", "acme"], shown
            running.acknowledge("hooks", batch)
            running.take_all("crm")
            running.create("globex", "y")
            rest = scratch.json(0, "consumers", "list", *where)
            assert [(each["consumer"], each["organization"]) for each in rest[:2]] == [("crm", "acme"), ("hooks", "acme")]
            assert ("acme", "crm", 3, 0, False) in listed(scratch, *where)
            assert ("acme", "hooks", 2, 1, False) in listed(scratch, *where)
            assert ("globex", "crm", 1, 1, False) in listed(scratch, *where)
            shown = scratch.expect(0, "consumers", "list", *where).stdout.splitlines()
            assert shown[0].split() == ["position", "behind", "leased", "until", "process", "consumer", "organization"]
            assert ["2", "1", "-", "-", "hooks", "acme"] in [line.split() for line in shown], shown


@test
def who_is_removed_begins_anew_and_others_go_on(scratch):
    for database, where in both(scratch):
        with gateway(database) as running:
            for organization in "acme", "globex":
                running.create(organization, "x")
            for consumer in "hooks", "crm":
                assert running.take_all(consumer) == {"acme": [1], "globex": [1]}
            said = scratch.json(0, "consumers", "remove", *where, "hooks")
            assert sum(each["organizations"] for each in said) == 2, said
            assert {each[1] for each in listed(scratch, *where)} == {"crm"}
        with gateway(database) as running:
            assert running.take_all("crm") == {}
            assert running.take_all("hooks") == {"acme": [1], "globex": [1]}
        path = scratch.tenant("acme") if "root" in database else scratch.database
        before = query(path, MARK)
        shown = scratch.expect(0, "consumers", "remove", *where, "--organization", "acme", "crm").stdout
        assert shown.endswith("integrations.db: crm removed; 1 organization\n"), shown
        assert ("globex", "crm", 1, 0, False) in listed(scratch, *where)
        assert query(path, MARK) != before
        scratch.expect(0, "check", *where)


@test
def who_is_not_there_is_named(scratch):
    for database, where in both(scratch):
        with gateway(database) as running:
            running.create("acme", "x")
            running.take_all("hooks")
        for name in "hook", "HOOKS", "hooks2", "%", "":
            said = scratch.expect(1, "consumers", "remove", *where, name)
            assert f"no consumer has the name '{name}' here" in said.stderr and said.stdout == "", said
        scratch.expect(2, "consumers", "remove", *where)
        assert len(listed(scratch, *where)) == 1


@test
def who_has_leased_events_is_not_removed_without_force(scratch):
    for database, where in both(scratch):
        with gateway(database) as running:
            running.create("acme", "x")
            batch = running.claim("hooks")
            said = scratch.expect(3, "consumers", "remove", *where, "hooks")
            assert f"is in use: process {running.process.pid} has leased" in said.stderr and "organization 'acme'" in said.stderr and "Z." in said.stderr, said
            assert listed(scratch, *where) == [("acme", "hooks", 0, 1, True)]
            scratch.expect(0, "consumers", "remove", *where, "--force", "hooks")
            assert listed(scratch, *where) == []
            assert running.acknowledge("hooks", batch)["error"] == "CONFLICT"


@test
def a_lease_that_ended_or_is_from_the_future_holds_nothing(scratch):
    with gateway({"path": scratch.database}) as running:
        running.create("acme", "x")
        running.claim("hooks")
    sql(scratch.database, "UPDATE consumer SET lease = x'ffffffff000000000000000000000000'")
    said, = scratch.json(0, "consumers", "list", "--database", scratch.database)
    assert said["process"] is None and said["leasedUntil"], said
    told = scratch.expect(3, "consumers", "remove", "--database", scratch.database, "hooks").stderr
    assert "somebody has leased" in told, told
    for until in 1000, 2**62:
        sql(scratch.database, f"UPDATE consumer SET lease_until = {until}")
        assert listed(scratch, "--database", scratch.database) == [("acme", "hooks", 0, 1, False)]
    scratch.expect(0, "consumers", "remove", "--database", scratch.database, "hooks")


@test
def databases_of_older_schemas_have_none(scratch):
    scratch.make(["acme"])
    for schema in 5, 1:
        make_older(scratch.database, schema)
        assert listed(scratch, "--database", scratch.database) == []
        scratch.expect(1, "consumers", "remove", "--database", scratch.database, "hooks")
        assert query(scratch.database, "PRAGMA user_version") == [(schema,)]


def used(scratch, database):
    """An organization of which a consumer has taken two events of three, and another one that is not behind."""
    with gateway(database) as running:
        running.create("acme", "x")
        running.create("acme", "x")
        running.create("globex", "x")
        running.take_all("hooks")
        running.create("acme", "x")
        running.claim("crm", limit=1)


def goes_on(database):
    """A gateway delivers what was not delivered, and nothing again."""
    with gateway(database) as running:
        assert running.take_all("hooks") == {"acme": [3]}


@test
def an_import_goes_on_where_the_export_was(scratch):
    os.mkdir(scratch.root)
    used(scratch, {"path": scratch.database})
    export = scratch.folder / "all.jsonl"
    scratch.expect(0, "export", "--database", scratch.database, "--to", export)
    scratch.expect(0, "import", "--root", scratch.root, "--from", export)
    assert [each[:4] for each in listed(scratch, "--root", scratch.root)] == [
        ("acme", "hooks", 2, 1), ("globex", "hooks", 1, 0)]
    goes_on({"root": scratch.root})
    scratch.expect(0, "import", "--root", scratch.root, "--from", export)
    assert ("acme", "hooks", 3, 0, False) in listed(scratch, "--root", scratch.root), "no position moves backward"
    sql(scratch.tenant("acme"), "UPDATE consumer SET position = 1")
    scratch.expect(0, "import", "--root", scratch.root, "--from", export)
    assert ("acme", "hooks", 2, 1, False) in listed(scratch, "--root", scratch.root)
    with gateway({"path": scratch.database}) as running:
        running.claim("hooks")
    scratch.expect(0, "import", "--database", scratch.database, "--from", export)
    assert ("acme", "hooks", 2, 1, True) in listed(scratch, "--database", scratch.database), "a lease stays"


@test
def a_move_takes_consumers_along(scratch):
    other = scratch.folder / "other"
    os.mkdir(scratch.root)
    os.mkdir(other)
    used(scratch, {"root": scratch.root})
    before = listed(scratch, "--root", scratch.root)
    for organization in "acme", "globex":
        scratch.expect(0, "tenants", "move", "--root", scratch.root, "--organization", organization, "--to", other)
    assert listed(scratch, "--root", scratch.root) == [] and listed(scratch, "--root", other) == before
    goes_on({"root": str(other)})


@test
def a_backup_has_the_positions_of_its_time(scratch):
    used(scratch, {"path": scratch.database})
    backup, restored = scratch.folder / "backup.db", scratch.folder / "restored.db"
    scratch.expect(0, "backup", "--database", scratch.database, "--to", backup)
    goes_on({"path": scratch.database})
    scratch.expect(0, "restore", "--database", restored, "--from", backup)
    goes_on({"path": str(restored)})


@test
def events_that_were_removed_are_not_behind(scratch):
    with gateway({"path": scratch.database}) as running:
        for _ in range(4):
            running.create("acme", "x")
        batch = running.claim("hooks", limit=1)
        running.acknowledge("hooks", batch)
    sql(scratch.database, "UPDATE organization SET checkpoint_length = 3")
    assert listed(scratch, "--database", scratch.database) == [("acme", "hooks", 1, 1, False)]


@test
def who_may_not_write_removes_nothing(scratch):
    options = as_nobody()
    if not options:
        return  # Who is not root owns the files.
    with gateway({"path": scratch.database}) as running:
        running.create("acme", "x")
        running.take_all("hooks")
    os.chmod(scratch.folder, 0o755)
    os.chmod(scratch.database, 0o444)
    said = scratch.expect(3, "consumers", "remove", "--database", scratch.database, "hooks", **options)
    assert "may not write" in said.stderr or "read and write" in said.stderr, said
    assert len(listed(scratch, "--database", scratch.database)) == 1


main()
