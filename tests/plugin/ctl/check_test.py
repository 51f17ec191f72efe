# SPDX-License-Identifier: MIT
"""The commands check and stats of integrationsctl. Prints TAP."""

import json
import os
import pathlib
import shutil
import subprocess

from ctl import CTL, folder_of, gateway, main, query, sql, test

COMMANDS = ["check", "stats"]
ALL = ["check", "stats", "backup", "restore", "export", "import", "tenants list", "tenants show",
       "tenants suspend", "tenants resume", "tenants move", "tenants erase", "tokens expiring", "audit list",
       "audit verify", "migrate", "reindex"]


@test
def help_and_usage(scratch):
    shown = scratch.expect(0, "--help").stdout
    assert scratch.expect(0, "--version").stdout.startswith("integrationsctl ")
    for command in ALL:
        assert f"integrationsctl {command} " in shown, shown
        assert scratch.expect(0, *command.split(), "--help").stdout.startswith(f"integrationsctl {command} ")
    for wrong in [
        [], ["fly"], ["fly", "high"], ["check"], ["check", "--database"],
        ["check", "--database", "x", "--root", "y"], ["check", "--json=1", "--database", "x"],
        ["check", "--database", "x", "more"], ["stats", "--colour"], ["backup", "--database", "x"],
        ["restore", "--root", "x"],
        ["tenants"], ["tenants", "fly"], ["tenants", "list"], ["tenants", "show", "--root", "x"],
        ["tenants", "move", "--root", "x", "--organization", "acme"], ["stats", "--json"],
    ]:
        result = scratch.expect(2, *wrong)
        assert result.stderr and not result.stdout, wrong


@test
def of_a_word_that_begins_commands_only_those_are_shown(scratch):
    for group, names in {"tenants": 6, "audit": 2, "consumers": 2, "deleted": 1, "tokens": 1}.items():
        lines = scratch.expect(0, group, "--help").stdout.splitlines()
        assert len([line for line in lines if line.startswith(f"  integrationsctl {group} ")]) == len(lines) == names, lines
        for arguments, said in [([], f"incomplete command: {group}"), (["fly"], f"unknown command: {group} fly")]:
            assert scratch.expect(2, group, *arguments).stderr.splitlines() == [f"integrationsctl: {said}", *lines]
    for other in "audi", "tenants list x", "check ", "":
        assert "unknown command" in scratch.expect(2, other, "--help").stderr, other


@test
def a_sound_database_is_sound(scratch):
    scratch.make()
    assert ": sound; 6 integrations" in scratch.expect(0, "check", "--database", scratch.database).stdout
    said, = scratch.json(0, "check", "--database", scratch.database)
    assert said == {"database": scratch.database, "organization": None, "sound": True,
                    "integrations": 6, "findings": []}, said
    assert scratch.names() == ["integrations.db"]


@test
def stats_count(scratch):
    ids = scratch.make()
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, isActive=False)
        said, = scratch.json(0, "stats", "--database", scratch.database)
    assert said["organizations"] == [
        {"organization": "acme", "active": 2, "inactive": 1},
        {"organization": "globex", "active": 3, "inactive": 0}], said
    assert said["schema"] == query(scratch.database, "PRAGMA user_version")[0][0]
    assert said["logBytes"] > 0 and said["fileBytes"] > 0 and said["collation"].startswith("icu ")
    shown = scratch.expect(0, "stats", "--database", scratch.database).stdout
    assert "schema" in shown and "globex" in shown, shown


@test
def each_tenant_of_a_root_is_looked_at(scratch):
    scratch.make_root()
    checked = scratch.json(0, "check", "--root", scratch.root)
    assert [said["organization"] for said in checked] == ["acme", "globex"], checked
    one, = scratch.json(0, "stats", "--root", scratch.root, "--organization", "globex")
    assert one["owner"] == "globex" and one["organizations"][0]["active"] == 3
    sql(scratch.tenant("acme"), "UPDATE organization SET active = active + 1")
    checked = scratch.json(1, "check", "--root", scratch.root)
    assert [said["sound"] for said in checked] == [False, True], checked
    told = scratch.expect(3, "check", "--root", scratch.root, "--organization", "nobody").stderr
    assert "'nobody' has no folder" in told, told
    told = scratch.expect(2, "check", "--root", scratch.root, "--organization", "x" * 129).stderr
    assert "1 to 128 bytes" in told, told


@test
def a_tenant_that_a_tool_works_on_is_reported(scratch):
    scratch.make_root()
    lease = folder_of(scratch.root, "acme") / "lease"
    lease.write_text("moving\n")
    result = scratch.expect(3, "check", "--root", scratch.root)
    assert "'acme' is being moved" in result.stderr and "sound" in result.stdout, result
    lease.write_text("suspended\n")
    scratch.expect(0, "check", "--root", scratch.root)
    lease.write_text("erased\n")
    assert "acme" not in scratch.expect(0, "check", "--root", scratch.root).stdout
    told = scratch.expect(3, "stats", "--root", scratch.root, "--organization", "acme").stderr
    assert "was erased" in told, told


DAMAGES = {
    "counters": "UPDATE organization SET active = active + 1 WHERE id = 'acme'",
    "rows": "PRAGMA ignore_check_constraints = ON;"
            "UPDATE integration SET version = 9999999999 WHERE key = 1",
    "order": "UPDATE integration SET sort_key = x'00' WHERE key = 2",
    "deleted": "INSERT INTO deleted SELECT organization, id, 0, 1, 1, title, NULL FROM integration WHERE key = 1",
    "foreign-keys": "PRAGMA foreign_keys = OFF; UPDATE integration SET organization = 77 WHERE key = 3",
}


@test
def damage_is_found_and_named(scratch):
    scratch.make()
    sound = pathlib.Path(scratch.database).read_bytes()
    for check, damage in DAMAGES.items():
        sql(scratch.database, damage)
        before = pathlib.Path(scratch.database).read_bytes()
        said, = scratch.json(1, "check", "--database", scratch.database)
        found = {finding["check"] for finding in said["findings"]}
        assert not said["sound"] and check in found, (check, said)
        told = scratch.expect(1, "check", "--database", scratch.database)
        assert f"  {check}: " in told.stdout and "stop all gateways" in told.stderr, told
        assert pathlib.Path(scratch.database).read_bytes() == before, "it was changed"
        pathlib.Path(scratch.database).write_bytes(sound)


SCHEMAS = {
    "trigger 'silent' is not": "CREATE TRIGGER silent BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END",
    "view 'v' is not": "CREATE VIEW v AS SELECT 1",
    "index 'i' is not": "CREATE INDEX i ON event (body)",
    "table 't' is not": "CREATE TABLE t (x)",
    "trigger 'event_kept' is missing": "DROP TRIGGER event_kept",
    "trigger 'event_not_deleted' is not": "DROP TRIGGER event_not_deleted; CREATE TRIGGER"
                                          " event_not_deleted BEFORE DELETE ON event BEGIN SELECT 1; END",
    "trigger 'event_chained' is not": "CREATE TRIGGER event_chained AFTER INSERT ON event BEGIN SELECT 1; END",
    "view 'organization' is not": "PRAGMA foreign_keys = OFF; DROP TABLE organization; CREATE VIEW organization"
                                  " AS WITH RECURSIVE n(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM n)"
                                  " SELECT key, 'a' AS id, 0 AS active, 0 AS inactive FROM n",
    "trigger 'sqlite_own' is not": "CREATE TRIGGER own BEFORE INSERT ON event BEGIN SELECT 1; END;"
                                   "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_own',"
                                   " sql = replace(sql, 'own', 'sqlite_own') WHERE name = 'own'",
}


@test
def what_litestream_adds_is_known(scratch):
    scratch.make()
    tables = ("CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);"
              "CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER);")
    with gateway({"path": scratch.database}) as running:
        for number in range(3):
            sql(scratch.database, tables + "INSERT INTO _litestream_seq (id, seq) VALUES (1, 1) "
                "ON CONFLICT (id) DO UPDATE SET seq = seq + 1")
            running.create("acme", f"between {number}")
    with gateway({"path": scratch.database}) as running:
        assert "between 2" in running.titles("acme")
    scratch.expect(0, "check", "--database", scratch.database)
    sql(scratch.database, "CREATE TRIGGER _litestream_seq BEFORE DELETE ON integration BEGIN SELECT 1; END")
    assert "_litestream_seq" in scratch.expect(1, "check", "--database", scratch.database).stdout


@test
def a_schema_of_somebody_else_is_found(scratch):
    scratch.make()
    sound = pathlib.Path(scratch.database).read_bytes()
    for found, change in SCHEMAS.items():
        sql(scratch.database, change)
        told = scratch.expect(1, "check", "--database", scratch.database)
        assert f"  schema: the {found}" in told.stdout and "reindex" not in told.stderr, (change, told)
        copy = scratch.folder / "copy.db"
        told = scratch.expect(1, "restore", "--from", scratch.database, "--database", copy).stderr
        assert "schema: the " in told and not copy.exists(), (change, told)
        pathlib.Path(scratch.database).write_bytes(sound)
    sql(scratch.database, "ANALYZE; CREATE TRIGGER event_chained AFTER INSERT ON event BEGIN\n"
        "    UPDATE organization SET trail_length = new.sequence, trail_hash = new.hash"
        " WHERE key = new.organization;\nEND")
    scratch.expect(0, "check", "--database", scratch.database)


@test
def a_database_without_triggers_is_cured_by_an_import(scratch):
    scratch.make()
    new, lines = scratch.folder / "new.db", scratch.folder / "all.jsonl"
    with gateway({"path": str(new)}) as running:
        assert running.titles("acme") == []
    sql(scratch.database, "DROP TRIGGER event_kept; DROP TRIGGER integration_counted")
    assert "import that into a new" in scratch.expect(1, "check", "--database", scratch.database).stderr
    scratch.expect(0, "export", "--database", scratch.database, "--to", lines)
    scratch.expect(0, "import", "--database", new, "--from", lines)
    assert "sound; 6 integrations" in scratch.expect(0, "check", "--database", new).stdout


@test
def a_trail_behind_an_impossible_organization_is_checked(scratch):
    scratch.make(["b", "c"])
    sql(scratch.database, "UPDATE organization SET trail_hash = zeroblob(32) WHERE id = 'c'")
    for impossible in ["x" * 200, "", "a" * 129]:
        sql(scratch.database, f"UPDATE organization SET id = '{impossible}' WHERE id NOT IN ('c')")
        told = scratch.expect(1, "check", "--database", scratch.database).stdout
        assert f"its ID has {len(impossible)} bytes" in told and "  trail: of 'c'" in told, told


@test
def damaged_pages_are_found_and_do_not_crash(scratch):
    scratch.make(count=60)
    sound = pathlib.Path(scratch.database).read_bytes()
    found = 0
    for page in range(1, len(sound) // 4096):
        damaged = bytearray(sound)
        damaged[page * 4096:page * 4096 + 100] = bytes(range(100))
        pathlib.Path(scratch.database).write_bytes(damaged)
        result = scratch.run("check", "--database", scratch.database)
        assert result.returncode in (1, 3), (page, result)
        found += result.returncode == 1
    assert found > 5, found


@test
def rows_in_the_database_of_another_are_found(scratch):
    scratch.make_root(["acme"])
    path = scratch.tenant("acme")
    sql(path, "UPDATE integration SET id = randomblob(16) WHERE key = 1")
    said, = scratch.json(1, "check", "--root", scratch.root)
    assert "tag of its organization" in str(said["findings"]), said
    sql(path, "UPDATE organization SET id = 'globex'")
    said, = scratch.json(1, "check", "--root", scratch.root)
    assert "belongs to 'globex'" in str(said["findings"]), said


@test
def an_order_of_another_icu_is_left_alone(scratch):
    scratch.make()
    sql(scratch.database, "UPDATE setting SET value = CAST(replace(value, 'icu ', 'icu 1') AS BLOB)"
                          " WHERE name = 'collation'; UPDATE integration SET sort_key = x'00'")
    said, = scratch.json(0, "check", "--database", scratch.database)
    assert "icu 1" in said["orderUnchecked"], said


# ---- What no command takes ----

@test
def a_database_of_another_organization_is_refused(scratch):
    scratch.make_root()
    for arguments in [("--database", scratch.tenant("acme"), "--organization", "globex")]:
        told = scratch.expect(3, "check", *arguments).stderr
        assert "belongs to the organization 'acme', not to 'globex'" in told, told
    shutil.copy(scratch.tenant("acme"), scratch.tenant("globex"))
    told = scratch.expect(3, "stats", "--root", scratch.root).stderr
    assert "belongs to the organization 'acme', not to 'globex'" in told, told


@test
def a_log_of_another_state_is_refused(scratch):
    ids = scratch.make()
    copy = pathlib.Path(scratch.database).read_bytes()
    running = gateway({"path": scratch.database})
    with running as served:
        served.update(ids["acme"][0], 1, title="other")
        sql(scratch.database, "PRAGMA wal_checkpoint(TRUNCATE)")
        served.update(ids["acme"][0], 2, title="another")
        log = pathlib.Path(scratch.database + "-wal").read_bytes()
    pathlib.Path(scratch.database).write_bytes(copy)
    pathlib.Path(scratch.database + "-wal").write_bytes(log)
    for command in COMMANDS:
        told = scratch.expect(3, command, "--database", scratch.database).stderr
        assert "continues another state" in told, told
    assert pathlib.Path(scratch.database + "-wal").read_bytes() == log


@test
def a_log_that_nobody_closed_stays_as_it_is(scratch):
    ids = scratch.make()
    with gateway({"path": scratch.database}) as served:
        served.update(ids["acme"][0], 1, title="in the log")
        files = {name: (scratch.folder / name).read_bytes()
                 for name in ["integrations.db", "integrations.db-wal"]}
    for name, content in files.items():
        (scratch.folder / name).write_bytes(content)
    scratch.expect(0, "check", "--database", scratch.database)
    for name, content in files.items():
        assert (scratch.folder / name).read_bytes() == content, name


@test
def what_an_organization_is_called_commands_no_terminal(scratch):
    odd = "a\x1b[2J\x9b31m\u202e"
    scratch.make([odd])
    for command in COMMANDS:
        for more in [[], ["--json"]]:
            shown = scratch.expect(0, command, "--database", scratch.database, *more).stdout
            assert not set(shown) & set("\x1b\x9b\u202e"), ascii(shown)


@test
def no_field_begins_a_line(scratch):
    odd, actor = "a\nb: sound", "actor\n9  2030-01-01T00:00:00Z  acme  DELETED  mallory"
    with gateway({"path": scratch.database}) as running:
        running.create(odd, "title")
    body, = query(scratch.database, "SELECT body FROM event")[0]
    changed = body.replace('"actor"', json.dumps(actor))
    assert changed != body
    sql(scratch.database, "DROP TRIGGER event_kept;"
        f"UPDATE event SET body = '{changed}'; UPDATE setting SET value ="
        " CAST('icu \x1b[2J' AS BLOB) WHERE name = 'collation'")
    for command, code, lines in [("stats", 0, 6), ("check", 1, None), ("audit list", 0, 1),
                                 ("audit verify", 1, 1)]:
        shown = scratch.expect(code, *command.split(), "--database", scratch.database).stdout
        assert lines in (None, shown.count("\n")), (command, shown)
        assert "\x1b" not in shown, ascii(shown)
        assert not any(line.startswith(("b: sound", "9  2030")) for line in shown.split("\n")), shown
    os.mkdir(scratch.root)
    with gateway({"root": scratch.root}) as running:
        running.create(odd, "title")
    shown = scratch.expect(0, "tenants", "list", "--root", scratch.root).stdout
    assert shown.count("\n") == 2 and "a\\u000ab" in shown, shown


@test
def output_that_is_lost_is_reported(scratch):
    scratch.make()
    with open("/dev/full", "w") as full:
        result = subprocess.run([CTL, "stats", "--database", scratch.database], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 3 and "standard output" in result.stderr, result


main()
