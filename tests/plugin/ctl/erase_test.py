# SPDX-License-Identifier: MIT
"""Erasing an organization from a database that it shares with others, beside gateways. Prints TAP."""

import contextlib
import pathlib
import random
import shutil
import sqlite3
import threading

from ctl import Gateway, Vault, gateway, main, query, sql, test, titles, unsigned_token, until

REFUSED = "SERVICE_UNAVAILABLE"
COUNT = 400


def erase(scratch, *more, organization="acme"):
    return ["tenants", "erase", "--database", scratch.database, "--organization", organization,
            "--force", *more]


def title_of(organization, number):
    return f"{organization}-{number}-" + "secret " * (number % 7)


def fill(running, seed=7):
    """Rows of two organizations that share pages, with pages that were split, changed and freed."""
    draw = random.Random(seed)
    kept = {"acme": [], "globex": []}
    for number in range(COUNT):
        organization = draw.choice(["acme", "globex"])
        kept[organization].append(running.create(organization, title_of(organization, number)))
        victim = kept[organization]
        if number % 3 == 0:
            running.update(draw.choice(victim), 1, title=title_of(organization, 1000 + number))
        if number % 5 == 0:
            running.delete(victim.pop(draw.randrange(len(victim))), 1)


def contents(scratch):
    return b"".join(path.read_bytes() for path in sorted(scratch.folder.iterdir())
                    if path.name.startswith("integrations.db"))


def traces(scratch):
    """What is left of acme's titles."""
    whole = contents(scratch)
    return whole.count(b"acme-")


def sort_keys(scratch):
    return [key for key, in query(
        scratch.database, "SELECT sort_key FROM integration JOIN organization AS o ON o.key = organization "
        "WHERE o.id = 'acme'")]


def rows_of(scratch, organization="acme"):
    """By table: those of the organization."""
    tables = query(scratch.database, "SELECT name FROM sqlite_schema AS t WHERE type = 'table' AND EXISTS "
                   "(SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'organization')")
    return {table: query(scratch.database, f"SELECT count(*) FROM {table} JOIN organization AS o "
                         f"ON o.key = {table}.organization WHERE o.id = '{organization}'")[0][0]
            for table, in tables}


@test
def every_table_is_one_that_erasing_reaches(scratch):
    """A new table begins with `organization`, unless it has nothing of organizations."""
    scratch.make(["acme"], 1)
    tables = query(scratch.database, "SELECT t.name, (SELECT c.name FROM pragma_table_info(t.name) AS c "
                   "WHERE c.name = 'organization') FROM sqlite_schema AS t WHERE type = 'table'")
    others = sorted(name for name, column in tables if column is None)
    assert others == ["organization", "setting"], others


@test
def nothing_of_an_erased_organization_is_left(scratch):
    with gateway({"path": scratch.database}) as running:
        fill(running)
        sql(scratch.database, "INSERT INTO idempotent_create SELECT key, zeroblob(32), zeroblob(32), "
            "zeroblob(16), 2000000000000 FROM organization")
        keys = sort_keys(scratch)
        others, events = running.titles("globex"), rows_of(scratch)["event"]
        assert traces(scratch) > 100 and len(keys) > 50
        receipt, = scratch.json(0, *erase(scratch))
        assert not traces(scratch), f"{traces(scratch)} titles are left"
        whole = contents(scratch)
        assert not [key for key in keys if key in whole]
        assert running.titles("acme") == [] and running.titles("globex") == others
        assert running.create("acme", "again") == REFUSED
        assert running.create("globex", "more") != REFUSED
    removed = {each["table"]: each["rows"] for each in receipt["removed"]}
    assert removed["idempotent_create"] == 1
    assert removed["integration"] == len(keys) and removed["event"] == events, receipt
    assert {table: rows for table, rows in rows_of(scratch).items() if rows} == {"event": events}
    assert any("backups" in each for each in receipt["notReached"]) and not receipt["already"]
    said = {one["organization"]: one for one in
            scratch.json(0, "audit", "verify", "--database", scratch.database)}
    assert said["acme"]["sound"] and said["acme"]["erasedBodies"] == said["acme"]["events"] == events
    assert said["globex"]["sound"] and said["globex"]["erasedBodies"] == 0
    scratch.expect(0, "check", "--database", scratch.database)


@test
def others_write_meanwhile(scratch):
    """Whatever their changes do to pages, nothing of it comes back."""
    with gateway({"path": scratch.database}) as running, gateway({"path": scratch.database}) as other:
        fill(running)
        stop, wrong = threading.Event(), []

        def write():
            number = 0
            while not stop.is_set():
                made = other.create("globex", title_of("globex", 2000 + number))
                if made == REFUSED or "error" in other.update(made, 1, title=title_of("globex", 3000 + number)):
                    wrong.append(made)
                number += 1
        writer = threading.Thread(target=write)
        writer.start()
        try:
            scratch.expect(0, *erase(scratch))
        finally:
            stop.set()
            writer.join()
        assert not wrong, wrong
        assert not traces(scratch)
        other.create("globex", "after")
        assert not traces(scratch)
    assert not traces(scratch)
    scratch.expect(0, "check", "--database", scratch.database)


@test
def tokens_go_too(scratch):
    vault = Vault(scratch.folder)
    token = vault.issue("--jti", "x" * 200)
    with gateway({"path": scratch.database}, credentials={"keyring": vault.keyring}) as running:
        for number in range(30):
            running.create("acme", f"acme-{number}", credentialRef=token)
            running.create("globex", f"globex {number}")
        assert contents(scratch).count(token.encode()[-40:]) >= 30
        scratch.expect(0, *erase(scratch))
        assert not contents(scratch).count(token.encode()[-40:]) and not traces(scratch)


@test
def what_a_former_sqlite_left_is_overwritten(scratch):
    """Rows that were deleted without secure_delete, from pages that are free or in use."""
    with gateway({"path": scratch.database}) as running:
        fill(running)
    with contextlib.closing(sqlite3.connect(scratch.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        kept, = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'event_not_deleted'").fetchone()
        connection.execute("DROP TRIGGER event_not_deleted")
        connection.execute("DELETE FROM event WHERE sequence % 3 > 0")
        connection.execute("DELETE FROM integration WHERE key % 2 = 0")
        connection.execute(kept)
    assert query(scratch.database, "PRAGMA freelist_count")[0][0] > 0
    scratch.expect(0, *erase(scratch))
    assert not traces(scratch)


@test
def a_second_erasure_says_what_the_first_did(scratch):
    scratch.make()
    first, = scratch.json(0, *erase(scratch))
    again, = scratch.json(0, *erase(scratch))
    assert again["already"] and again["time"] == first["time"] and again["removed"] == first["removed"]
    shown = scratch.expect(0, *erase(scratch)).stdout
    assert f"acme was erased already, at {first['time']}" in shown and "3 rows of the table" in shown, shown


@test
def it_comes_back_only_when_it_is_let_in(scratch):
    ids = scratch.make()
    exported, resume = scratch.folder / "all.jsonl", ["tenants", "resume", *erase(scratch)[2:-1]]
    scratch.expect(0, "export", "--database", scratch.database, "--to", exported)
    told = scratch.expect(3, *resume, "--force").stderr
    assert "is not erased" in told, told
    scratch.expect(0, *erase(scratch))
    told = scratch.expect(3, "import", "--database", scratch.database, "--from", exported).stderr
    assert "'acme' was erased" in told and "resume --force" in told, told
    with gateway({"path": scratch.database}) as running:
        assert running.create("acme", "anew") == REFUSED
        assert running.update(ids["acme"][0], 1, title="anew")["error"] == "NOT_FOUND"
        told = scratch.expect(3, *resume).stderr
        assert "was erased" in told and "--force" in told, told
        scratch.expect(0, *resume, "--force")
        made = running.create("acme", "anew")
        assert made != REFUSED and made > max(ids["acme"] + ids["globex"])
        assert running.titles("acme") == ["anew"]
    scratch.expect(0, "audit", "verify", "--database", scratch.database)
    assert not scratch.json(0, *erase(scratch))[0]["already"]


@test
def who_reads_an_old_state_is_named_and_running_it_again_finishes(scratch):
    with gateway({"path": scratch.database}) as running:
        running.create("acme", "acme-1")
        running.create("globex", "globex 1")
        with contextlib.closing(sqlite3.connect(scratch.database)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM integration").fetchone()
            told = scratch.expect(3, *erase(scratch)).stderr
            assert "another process reads" in told and "run this again" in told, told
            said = running.titles("acme"), running.create("acme", "x"), running.titles("globex")
            assert said == ([], REFUSED, ["globex 1"]), said
            told = scratch.expect(3, "tenants", "resume", *erase(scratch)[2:]).stderr
            assert "ended in the middle" in told, told
        receipt, = scratch.json(0, *erase(scratch))
        assert not traces(scratch), f"{traces(scratch)} titles are left"
    rows = {each["table"]: each["rows"] for each in receipt["removed"]}
    assert rows["integration"] == 1 and not receipt["already"], receipt


@test
def files_beside_are_named(scratch):
    scratch.make()
    copy = f"{scratch.database}.before-20300102T030405.678Z"
    shutil.copy(scratch.database, copy)
    receipt, = scratch.json(0, *erase(scratch))
    assert any(copy in each for each in receipt["notReached"]), receipt
    assert pathlib.Path(copy).exists() and "acme 0" in titles(copy)


@test
def nothing_is_erased_by_mistake(scratch):
    scratch.make()
    before = query(scratch.database, "SELECT * FROM integration ORDER BY id")
    for code, command, said in [
            (2, erase(scratch)[:-1], "add --force"),
            (3, erase(scratch, organization="initech"), "knows no organization 'initech'"),
            (3, ["tenants", "erase", "--database", scratch.folder / "no.db", "--organization", "acme",
                 "--force"], "no.db")]:
        told = scratch.expect(code, *command).stderr
        assert said in told, told
    sql(scratch.database, "CREATE TABLE kept (title TEXT); CREATE TRIGGER keep BEFORE DELETE ON integration "
        "BEGIN INSERT INTO kept VALUES (old.title); END")
    assert "integrationsctl check" in scratch.expect(3, *erase(scratch)).stderr
    assert query(scratch.database, "SELECT * FROM integration ORDER BY id") == before


main()
