# SPDX-License-Identifier: MIT
"""The commands migrate and reindex, which gateways would otherwise do. Prints TAP."""

import shutil

from ctl import (SCHEMA, folder_of, gateway, main, make_older, query, schema_of, sql, test, titles)


@test
def an_older_database_is_migrated_and_keeps_its_rows(scratch):
    scratch.make()
    newest = scratch.folder / "newest.db"
    shutil.copy(scratch.database, newest)
    for former in range(1, SCHEMA):
        shutil.copy(newest, scratch.database)
        make_older(scratch.database, former)
        assert schema_of(scratch.database) == former
        said, = scratch.json(0, "migrate", "--database", scratch.database)
        assert (said["from"], said["to"], said["finished"]) == (former, SCHEMA, False), said
        assert schema_of(scratch.database) == SCHEMA and titles(scratch.database) == titles(newest)
        scratch.expect(0, "check", "--database", scratch.database)
    with gateway({"path": scratch.database}) as running:
        shown = scratch.expect(0, "migrate", "--database", scratch.database).stdout
        assert f"has schema {SCHEMA} already" in shown, shown
        assert len(running.titles("acme")) == 3


@test
def a_tenant_that_can_not_be_migrated_is_named_and_the_others_go_on(scratch):
    scratch.make_root(["acme", "globex", "initech"])
    for name in ["acme", "globex", "initech"]:
        make_older(scratch.tenant(name), 2)
    sql(scratch.tenant("acme"), "ALTER TABLE organization ADD COLUMN erased TEXT")
    result = scratch.expect(3, "migrate", "--root", scratch.root)
    assert str(scratch.tenant("acme")) in result.stderr and "duplicate column" in result.stderr, result
    assert "2 migrated, 0 were already, 1 failed" in result.stdout, result
    assert [schema_of(scratch.tenant(name)) for name in ["acme", "globex", "initech"]] == [2, SCHEMA, SCHEMA]
    sql(scratch.tenant("acme"), "ALTER TABLE organization DROP COLUMN erased")
    shown = scratch.expect(0, "migrate", "--root", scratch.root).stdout
    assert "1 migrated, 2 were already, 0 failed" in shown, shown


@test
def finishing_shuts_out_older_gateways(scratch):
    scratch.make()
    assert query(scratch.database, "SELECT value FROM setting WHERE name = 'oldest_reader'") == [(b"1",)]
    with gateway({"path": scratch.database}) as running:
        for is_first in [True, False]:
            said, = scratch.json(0, "migrate", "--database", scratch.database, "--finish")
            assert said["finished"] == is_first, said
        assert running.create("acme", "more") != "SERVICE_UNAVAILABLE"
    value = str(SCHEMA).encode()
    assert query(scratch.database, "SELECT value FROM setting WHERE name = 'oldest_reader'") == [(value,)]
    sql(scratch.database, f"PRAGMA user_version = {SCHEMA + 1}")
    told = scratch.expect(3, "migrate", "--database", scratch.database, "--finish").stderr
    assert "newer version" in told, told


# ---- reindex ----

def reindexed(scratch, *more):
    said, = scratch.json(0, "reindex", "--database", scratch.database, *more)
    return said["moved"], said["integrations"]


@test
def an_order_that_is_wrong_is_made_anew(scratch):
    scratch.make(count=4)
    before = query(scratch.database, "SELECT id, sort_key FROM integration ORDER BY id")
    assert reindexed(scratch) == (0, 8)
    sql(scratch.database, "UPDATE integration SET sort_key = x'00' WHERE key IN (2, 5, 7)")
    assert "order: " in scratch.expect(1, "check", "--database", scratch.database).stdout
    assert reindexed(scratch) == (3, 8)
    assert query(scratch.database, "SELECT id, sort_key FROM integration ORDER BY id") == before
    scratch.expect(0, "check", "--database", scratch.database)


@test
def an_order_of_another_locale_is_what_gateways_of_it_expect(scratch):
    with gateway({"path": scratch.database}) as running:
        for title in ["zebra", "ärla", "apple"]:
            running.create("acme", title)
        told = scratch.expect(3, "reindex", "--database", scratch.database, "--locale", "sv").stderr
        assert "is in use" in told, told
        assert running.titles("acme") == ["apple", "ärla", "zebra"]
    shown = scratch.expect(0, "reindex", "--database", scratch.database, "--locale", "sv").stdout
    assert "of 3 integrations" in shown and "locale sv" in shown, shown
    made = query(scratch.database, "SELECT value FROM setting WHERE name = 'mark'")
    with gateway({"path": scratch.database}, collation={"locale": "sv"}) as running:
        assert running.titles("acme") == ["apple", "zebra", "ärla"]
    assert query(scratch.database, "SELECT value FROM setting WHERE name = 'mark'") == made
    told = scratch.expect(3, "reindex", "--database", scratch.database, "--locale", "nowhere").stderr
    assert "nowhere" in told, told


@test
def tenants_are_closed_meanwhile_and_keep_their_states(scratch):
    scratch.make_root(["acme", "globex", "initech"])
    (folder_of(scratch.root, "globex") / "lease").write_text("suspended\n")
    (folder_of(scratch.root, "initech") / "lease").write_text("erased\n")
    sql(scratch.tenant("acme"), "UPDATE integration SET sort_key = x'00' WHERE key = 3")
    with gateway({"root": scratch.root}) as running:
        assert len(running.titles("acme")) == 3
        said = scratch.json(0, "reindex", "--root", scratch.root)
        assert [(one["organization"], one["moved"]) for one in said] == [("acme", 1), ("globex", 0)], said
        assert running.titles("acme") == ["acme 0", "acme 1", "acme 2"]
        assert running.create("acme", "more") != "SERVICE_UNAVAILABLE"
    assert [(folder_of(scratch.root, name) / "lease").read_text().strip()
            for name in ["acme", "globex"]] == ["active", "suspended"]
    told = scratch.expect(3, "reindex", "--root", scratch.root, "--organization", "initech").stderr
    assert "was erased" in told, told


main()
