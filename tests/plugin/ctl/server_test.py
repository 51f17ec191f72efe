# SPDX-License-Identifier: MIT
"""integrationsctl on a database on a PostgreSQL server, and from one engine to the other. Prints TAP."""

import json
import os
import pathlib
import subprocess
import sys

from ctl import Vault, gateway, main, test

sys.path.append(str(pathlib.Path(__file__).parents[1] / "postgres"))
import server  # noqa: E402

SERVER = server.Server()
SETTINGS = {"collation": {"locale": "sv"}}
UNKNOWN = "01a20da5-179e-83c1-8f7f-494e54475e42"
TITLES = ["\u00f6l", "zebra", "\u00e5", "Apa 10", "apa 9", "\U0001f600 \u202e", "x" * 255]


def make_place(scratch, suffix=""):
    """A database of its own on the server: its URL."""
    name = f"d{scratch.folder.name.lower()}{suffix}"
    SERVER.query(f'CREATE DATABASE "{name}"')
    return SERVER.url.replace("/postgres?", f"/{name}?")


def query(url, sql):
    return SERVER.query(sql, url)


def fill(database, organizations=("acme", "globex")):
    """Integrations that were created, updated and deleted."""
    with gateway(database, **SETTINGS) as running:
        for organization in organizations:
            ids = [running.create(organization, title) for title in TITLES]
            running.update(ids[1], 1, isActive=False)
            running.delete(ids[2], 1)


def titles_of(database, organization="acme"):
    with gateway(database, **SETTINGS) as running:
        return running.titles(organization)


@test
def tables_are_made_and_counted(scratch):
    url = make_place(scratch)
    refused = scratch.expect(3, "stats", "--database", url).stderr
    assert "integrationsctl migrate" in refused, refused
    made = scratch.json(0, "migrate", "--database", url, "--locale", "sv")[0]
    assert made["from"] == 0 and made["to"] >= 2, made
    again = scratch.expect(0, "migrate", "--database", url).stdout
    assert f"has schema {made['to']} already" in again, again
    fill({"url": url})
    stats = scratch.json(0, "stats", "--database", url)[0]
    assert "locale sv" in stats["collation"] and stats["bytes"] > 8192, stats
    assert stats["organizations"] == [{"organization": name, "active": len(TITLES) - 2, "inactive": 1}
                                      for name in ("acme", "globex")], stats
    only = scratch.json(0, "stats", "--database", url, "--organization", "globex")[0]["organizations"]
    assert [each["organization"] for each in only] == ["globex"], only
    assert "globex" in scratch.expect(0, "stats", "--database", url).stdout


@test
def trails_are_verified(scratch):
    url = make_place(scratch)
    fill({"url": url, "migrate": True})
    sound = scratch.json(0, "audit", "verify", "--database", url)
    assert [(each["organization"], each["sound"], each["events"]) for each in sound] == [
        ("acme", True, len(TITLES) + 2), ("globex", True, len(TITLES) + 2)], sound
    for command in ["audit", "verify"], ["export"], ["check"]:
        told = scratch.expect(3, *command, "--database", url, "--organization", "acmee").stderr
        assert "knows no organization 'acmee'" in told, (command, told)
    query(url, "UPDATE event SET body = body || ' ' WHERE organization = 'globex' AND sequence = 3")
    found = scratch.json(1, "audit", "verify", "--database", url)
    assert [each["sound"] for each in found] == [True, False] and "3" in found[1]["fault"], found
    query(url, "DELETE FROM event WHERE organization = 'acme' AND sequence > 7")
    assert not scratch.json(1, "audit", "verify", "--database", url, "--organization", "acme")[0]["sound"]


@test
def what_can_not_be_is_found(scratch):
    url = make_place(scratch)
    fill({"url": url, "migrate": True})
    sound = scratch.json(0, "check", "--database", url)[0]
    assert sound["sound"] and sound["integrations"] == 2 * len(TITLES) - 2 and "orderUnchecked" not in sound, sound
    for spoil, check in [
        ("UPDATE organization SET active = active + 1 WHERE id = 'acme'", "counters"),
        ("UPDATE integration SET sort_key = 'x' WHERE title = 'zebra' AND organization = 'globex'", "order"),
        ("UPDATE event SET digest = hash WHERE sequence = 4 AND organization = 'acme'", "trail"),
        ("INSERT INTO deleted SELECT tag, id, organization, version, is_active, title, credential_ref, 1 "
         "FROM integration WHERE title = 'zebra' AND organization = 'acme'", "deleted"),
    ]:
        query(url, spoil)
        found = scratch.json(1, "check", "--database", url)[0]["findings"]
        assert check in [each["check"] for each in found], found
    assert len(scratch.json(1, "check", "--database", url, "--organization", "globex")[0]["findings"]) == 1
    told = scratch.expect(1, "check", "--database", url)
    assert "damaged" in told.stdout and "restore a backup of the server" in told.stderr, told
    query(url, "UPDATE setting SET value = 'icu 1, rules 1, uca 1, locale sv' WHERE name = 'collation'")
    assert "icu 1" in scratch.json(1, "check", "--database", url)[0]["orderUnchecked"]


@test
def databases_move_both_ways(scratch):
    url, files = make_place(scratch), [scratch.folder / f"{i}.jsonl" for i in range(3)]
    fill({"path": scratch.database})
    scratch.expect(0, "export", "--database", scratch.database, "--to", files[0])
    scratch.expect(0, "migrate", "--database", url, "--locale", "sv")
    imported = scratch.json(0, "import", "--database", url, "--from", files[0])[0]
    assert (imported["imported"], imported["same"]) == (2 * len(TITLES) - 2, 0), imported
    scratch.expect(0, "export", "--database", url, "--to", files[1])
    assert files[0].read_text() == files[1].read_text()
    assert imported["deleted"] == 2 and '{"deleted":' in files[0].read_text(), imported
    assert titles_of({"url": url}) == titles_of({"path": scratch.database})
    fill({"url": url}, ("acme", "initech"))  # Gateways go on from where the others were.
    scratch.expect(0, "audit", "verify", "--database", url)
    scratch.expect(0, "export", "--database", url, "--to", files[2])
    back = scratch.folder / "back.db"
    with gateway({"path": str(back)}, **SETTINGS):
        pass
    scratch.expect(0, "import", "--database", back, "--from", files[2])
    assert scratch.expect(0, "export", "--database", back).stdout == files[2].read_text()
    scratch.expect(0, "check", "--database", back)
    again = scratch.json(0, "import", "--database", url, "--from", files[0])[0]
    assert (again["imported"], again["same"]) == (0, 2 * len(TITLES) - 2), again
    assert scratch.expect(0, "export", "--database", url).stdout == files[2].read_text()


@test
def what_differs_is_refused_as_a_whole(scratch):
    url, file = make_place(scratch), scratch.folder / "all.jsonl"
    fill({"path": scratch.database})
    scratch.expect(0, "export", "--database", scratch.database, "--to", file)
    scratch.expect(0, "migrate", "--database", url, "--locale", "sv")
    scratch.expect(0, "import", "--database", url, "--from", file)
    for spoil, said in [
        ("UPDATE integration SET version = 9 WHERE title = 'zebra' AND organization = 'globex'", "the integration"),
        ("UPDATE event SET hash = sha256(hash) WHERE organization = 'globex' AND sequence = 2", "a trail"),
    ]:
        query(url, f"DELETE FROM integration WHERE organization = 'acme'; {spoil}")
        told = scratch.expect(3, "import", "--database", url, "--from", file).stderr
        assert said in told and "nothing was imported" in told, told
        assert query(url, "SELECT count(*) FROM integration WHERE organization = 'acme'") == [["0"]]
        query(url, "UPDATE integration SET version = 2 WHERE title = 'zebra'")
    cut = scratch.folder / "cut.jsonl"
    cut.write_text(file.read_text()[:-40])
    assert "Nothing was imported" in scratch.expect(3, "import", "--database", url, "--from", cut).stderr


# As gateways do when the retention of two events is over.
SHORTEN = ("UPDATE organization SET checkpoint_length = 2, checkpoint_time = 1700000000000, checkpoint_hash = "
           "(SELECT hash FROM event WHERE organization = 'acme' AND sequence = 2) WHERE id = 'acme'; "
           "DELETE FROM event WHERE sequence <= 2 AND organization = 'acme'")


@test
def shortened_trails_are_verified_and_move_both_ways(scratch):
    url, other, files = make_place(scratch), make_place(scratch, "other"), [scratch.folder / f"{i}.jsonl" for i in range(3)]
    of = ["--database", url]
    fill({"url": url, "migrate": True})
    whole = scratch.json(0, "audit", "verify", *of)[0]
    scratch.expect(0, "export", *of, "--to", files[0])
    query(url, SHORTEN)
    after = scratch.json(0, "audit", "verify", *of)[0]
    assert after["head"] == whole["head"] and after["checkpoint"]["sequence"] == 2, after
    assert after["checkpoint"]["time"] == "2023-11-14T22:13:20.000Z", after
    scratch.expect(0, "check", *of)
    scratch.expect(0, "export", *of, "--to", files[1])
    assert files[1].read_text().count('{"checkpoint":') == 1
    scratch.expect(0, "migrate", "--database", other, "--locale", "sv")
    for _ in range(2):
        scratch.expect(0, "import", "--database", other, "--from", files[1])
    scratch.expect(0, "export", "--database", other, "--to", files[2])
    assert files[1].read_bytes() == files[2].read_bytes()
    assert query(other, "SELECT DISTINCT trail_begin FROM organization") == [["0"]]
    with gateway({"path": scratch.database}, **SETTINGS):
        pass
    scratch.expect(0, "import", "--database", scratch.database, "--from", files[1])
    assert scratch.expect(0, "export", "--database", scratch.database).stdout == files[1].read_text()
    scratch.expect(0, "import", "--database", other, "--from", files[0])  # What was removed is not there again.
    assert query(other, "SELECT min(sequence) FROM event WHERE organization = 'acme'") == [["3"]]
    fill({"url": other})
    scratch.expect(0, "audit", "verify", "--database", other)
    scratch.expect(0, "import", "--database", other, "--from", files[1])
    for change in ["checkpoint_hash = sha256(checkpoint_hash)", "checkpoint_length = 1", "checkpoint_length = 3",
                   "checkpoint_length = 0, checkpoint_hash = NULL"]:
        query(url, f"CREATE TABLE kept AS SELECT * FROM organization; UPDATE organization SET {change} WHERE id = 'acme'")
        assert "acme: changed; " in scratch.expect(1, "audit", "verify", *of).stdout, change
        query(url, "UPDATE organization AS o SET checkpoint_length = kept.checkpoint_length, checkpoint_hash = "
                   "kept.checkpoint_hash FROM kept WHERE kept.id = o.id; DROP TABLE kept")
    query(other, "UPDATE organization SET checkpoint_hash = sha256(checkpoint_hash)")
    assert "a trail of that organization" in scratch.expect(3, "import", "--database", other, "--from", files[1]).stderr


@test
def another_trail_is_refused(scratch):
    url, other = make_place(scratch), make_place(scratch, "other")
    files = [scratch.folder / f"{i}.jsonl" for i in range(2)]
    for place, file in (url, files[0]), (other, files[1]):
        fill({"url": place, "migrate": True}, ["acme"])
        query(place, "DELETE FROM integration; DELETE FROM deleted; UPDATE organization SET active = 0, inactive = 0")
        if place == other:
            query(place, SHORTEN)
        scratch.expect(0, "export", "--database", place, "--to", file)
    for place, file in (url, files[1]), (other, files[0]):
        assert "a trail of that organization" in scratch.expect(3, "import", "--database", place, "--from", file).stderr


@test
def consumers_are_listed_removed_and_move_both_ways(scratch):
    url, file = make_place(scratch), scratch.folder / "all.jsonl"
    of = ["--database", url]
    scratch.make()
    with gateway({"path": scratch.database}) as running:
        running.take_all("hooks")
    scratch.expect(0, "export", "--database", scratch.database, "--to", file)
    assert file.read_text().count('{"consumer":') == 2
    scratch.expect(0, "migrate", *of)
    for _ in range(2):
        scratch.expect(0, "import", *of, "--from", file)
    assert scratch.expect(0, "export", *of).stdout == file.read_text()
    with gateway({"url": url}) as running:
        assert running.claim("hooks") is None
        running.create("acme", "new")
        assert [event["sequence"] for event in running.claim("hooks")["events"]] == [
            int(query(url, "SELECT trail_length FROM organization WHERE id = 'acme'")[0][0])]
        acme, globex = scratch.json(0, "consumers", "list", *of)
        assert (acme["organization"], acme["consumer"], acme["behind"]) == ("acme", "hooks", 1), acme
        assert acme["process"] and acme["leasedUntil"] and globex["leasedUntil"] is None and globex["behind"] == 0, globex
        told = scratch.expect(3, "consumers", "remove", *of, "hooks").stderr
        assert "is in use" in told and "organization 'acme'" in told, told
    assert "hooks" in scratch.expect(0, "consumers", "list", *of, "--organization", "acme").stdout
    said, = scratch.json(0, "consumers", "remove", *of, "--force", "hooks")
    assert said["organizations"] == 2, said
    assert scratch.json(0, "consumers", "list", *of) == []
    assert "no consumer has the name" in scratch.expect(1, "consumers", "remove", *of, "hooks").stderr


def calls_of(running, organization, identifier, version=99):
    """What becomes of three reads and three changes: the code of the error, or None."""
    given = {"organizationId": organization}
    said = [running.call("integrations", given, "nodes { title }"), running.call("integrations", given, "total { count }"),
            running.call("integration", {"id": identifier}, "title"),
            running.call("integrationCreate", {"input": {**given, "title": "x"}}, "integration { id }"),
            running.update(identifier, version, title="x"), running.delete(identifier, version)]
    return [each.get("error") for each in said]


REFUSED = "SERVICE_UNAVAILABLE"
SERVED = [None] * 4 + ["CONFLICT"] * 2


@test
def a_suspension_holds_in_all_gateways_at_once(scratch):
    url = make_place(scratch)
    of = ["--database", url]
    suspend, resume, show = (["tenants", name, *of, "--organization", "acme"] for name in ("suspend", "resume", "show"))
    strict = {"url": url, "suspendedReads": False}
    scratch.expect(0, "migrate", *of)
    with gateway({"url": url}) as running, gateway(strict) as other:
        ids = {name: running.create(name, "first") for name in ("acme", "globex")}
        for each in running, other:
            said = calls_of(each, "acme", ids["acme"])
            assert said == SERVED, said
        before = query(url, "SELECT trail_length, trail_hash FROM organization WHERE id = 'acme'")
        for _ in range(2):  # Again changes nothing.
            scratch.expect(0, *suspend)
            for each, reads in (running, None), (other, REFUSED):
                said = calls_of(each, "acme", ids["acme"], 1)
                assert said == [reads] * 3 + [REFUSED] * 3, said
                assert calls_of(each, "globex", ids["globex"]) == SERVED
                assert [each.update(UNKNOWN, 1, title="x")["error"], each.delete(UNKNOWN, 1)["error"]] == ["NOT_FOUND"] * 2
        assert query(url, "SELECT trail_length, trail_hash FROM organization WHERE id = 'acme'") == before
        assert running.claim("hooks")["organizationId"] == other.claim("more")["organizationId"] == "globex"
        assert running.claim("hooks") is None
        acme, globex = scratch.json(0, "tenants", "list", *of)
        assert (acme["state"], globex["state"]) == ("suspended", "active") and acme["integrations"] == 3, acme
        assert scratch.json(0, *show) == [acme]
        shown = scratch.expect(0, *show).stdout
        assert "suspended: changes are rejected" in shown, shown
        assert "suspended" in scratch.expect(0, "tenants", "list", *of).stdout
        scratch.expect(0, "check", *of)
        scratch.expect(0, *resume)
        for each in running, other:
            assert calls_of(each, "acme", ids["acme"]) == SERVED
        assert running.claim("hooks")["organizationId"] == "acme"
        scratch.expect(0, *suspend)
        scratch.expect(0, "tenants", "erase", *suspend[2:], "--force")
        scratch.expect(0, *resume, "--force")
        assert other.create("acme", "anew") != REFUSED, "of a former suspension"
    with gateway({"url": url}) as running:
        scratch.expect(0, *suspend)
    with gateway(strict) as running:
        assert running.titles("acme") == running.create("acme", "x") == REFUSED, "after a restart"


@test
def nothing_of_an_erased_organization_is_left(scratch):
    url, file = make_place(scratch), scratch.folder / "all.jsonl"
    of, erase = ["--database", url], ["tenants", "erase", "--database", url, "--organization", "acme", "--force"]
    fill({"url": url, "migrate": True})
    with gateway({"url": url}, **SETTINGS) as running, gateway({"url": url}, **SETTINGS) as other:
        running.take_all("hooks")
        query(url, "INSERT INTO idempotent_create SELECT tag, id, sha256(id), sha256(id), highest, 2000000000000 "
                   "FROM organization")
        scratch.expect(0, "export", *of, "--to", file)
        last, others = running.create("acme", "last"), running.titles("globex")
        assert "--force" in scratch.expect(2, *erase[:-1]).stderr
        receipt, = scratch.json(0, *erase)
        assert running.titles("acme") == other.titles("acme") == [] and other.titles("globex") == others
        assert running.create("acme", "again") == other.create("acme", "again") == "SERVICE_UNAVAILABLE"
        assert running.create("globex", "more") != "SERVICE_UNAVAILABLE"
        assert running.claim("hooks")["organizationId"] == "globex"
    events = len(TITLES) + 3
    assert {each["table"]: each["rows"] for each in receipt["removed"]} == {
        "integration": len(TITLES), "deleted": 1, "idempotent_create": 1, "consumer": 1, "event": events}, receipt
    assert any("VACUUM" in each for each in receipt["notReached"]) and not receipt["already"], receipt
    for table in "integration", "deleted", "idempotent_create", "consumer":
        assert query(url, f"SELECT count(*) FROM {table} WHERE organization = 'acme'") == [["0"]], table
        assert query(url, f"SELECT count(*) > 0 FROM {table} WHERE organization = 'globex'") == [["t"]], table
    said = {one["organization"]: one for one in scratch.json(0, "audit", "verify", *of)}
    assert said["acme"]["sound"] and said["acme"]["erasedBodies"] == said["acme"]["events"] == events, said
    assert said["globex"]["erasedBodies"] == 0, said
    scratch.expect(0, "check", *of)
    assert scratch.json(0, *erase)[0]["already"]
    told = scratch.expect(3, "import", *of, "--from", file).stderr
    assert "was erased" in told and "nothing was imported" in told, told
    resume = ["tenants", "resume", *of, "--organization", "acme"]
    assert "it is erased" in scratch.expect(3, "tenants", "suspend", *of, "--organization", "acme").stderr
    assert scratch.json(0, "tenants", "list", *of)[0] == {
        "organization": "acme", "state": "erased", "halfErased": False, "integrations": 0}
    assert "with --force" in scratch.expect(3, *resume).stderr
    scratch.expect(0, *resume, "--force")
    scratch.expect(0, *resume)  # It is active: nothing to do.
    with gateway({"url": url}, **SETTINGS) as running:
        assert running.create("acme", "anew") > last
    scratch.expect(0, "audit", "verify", *of)
    scratch.expect(0, "check", *of)
    states = [["tenants", name, *of, "--organization", "acme"] for name in ("suspend", "show")]
    for command in erase, resume, *states:
        unknown = [argument.replace("acme", "acmee") for argument in command]
        assert "knows no organization 'acmee'" in scratch.expect(3, *unknown).stderr


@test
def an_erasure_that_was_ended_in_the_middle_goes_on(scratch):
    url = make_place(scratch)
    erase = ["tenants", "erase", "--database", url, "--organization", "acme", "--force"]
    with gateway({"url": url, "migrate": True}) as running:
        first, second = (running.create("acme", str(i)) for i in range(2))
        running.create("globex", "x")
        query(url, "UPDATE organization SET erased = '{\"removed\":{\"deleted\":3},\"time\":\"2023-11-14T22:13:20.000Z\"}' "
                   "WHERE id = 'acme'")
        assert running.create("acme", "again") == "SERVICE_UNAVAILABLE"
        assert "NOT_FOUND" in str(running.update(first, 1, title="x")) and "NOT_FOUND" in str(running.delete(second, 1))
        assert running.claim("hooks")["organizationId"] == "globex"
        show = ["tenants", "show", *erase[2:-1]]
        assert scratch.json(0, *show)[0]["halfErased"] and "run `tenants erase` again" in scratch.expect(0, *show).stdout
        told = scratch.expect(3, "tenants", "resume", *erase[2:]).stderr
        assert "run it again first" in told, told
        receipt, = scratch.json(0, *erase)
        assert running.titles("acme") == []
    assert not scratch.json(0, *show)[0]["halfErased"] and "nothing is found" in scratch.expect(0, *show).stdout
    assert receipt["time"] == "2023-11-14T22:13:20.000Z" and not receipt["already"], receipt
    removed = {each["table"]: each["rows"] for each in receipt["removed"]}
    assert (removed["deleted"], removed["integration"], removed["event"]) == (3, 2, 2), removed
    scratch.expect(0, "check", "--database", url)


@test
def deleted_ones_come_back_beside_gateways(scratch):
    url = make_place(scratch)
    of = ["--database", url]
    scratch.expect(0, "migrate", *of)
    with gateway({"url": url}) as running, gateway({"url": url}) as second:
        first = running.create("acme", "Mail relay")
        running.create("globex", "CRM")
        running.update(first, 1, isActive=False)
        second.delete(first, 2)
        assert running.titles("acme") == []
        listed, = scratch.json(0, "deleted", "list", *of)
        assert (listed["organization"], listed["id"], listed["title"], listed["actorId"], listed["version"]) == (
            "acme", first, "Mail relay", "actor", 2), listed
        assert "  acme  actor  Mail relay\n" in scratch.expect(0, "deleted", "list", *of).stdout
        said, = scratch.json(0, "undelete", *of, first)
        assert said["version"] == 3 and said["isActive"] is False and not said["credentialRefCleared"], said
        assert running.titles("acme") == second.titles("acme") == ["Mail relay"]
        assert second.update(first, 3, title="again") == {"integration": {"version": 4}}
        assert scratch.json(0, "deleted", "list", *of) == []
        running.delete(first, 4)
        assert "(version 5)" in scratch.expect(0, "undelete", *of, "--actor", "ops", first).stdout
        assert running.create("acme", "y") > first
    restored = [json.loads(body) for body, in query(url, "SELECT body FROM event ORDER BY sequence")
                if '"RESTORED"' in body]
    assert [event["data"]["version"] for event in restored] == [{"old": 2, "new": 3}, {"old": 4, "new": 5}], restored
    assert restored[1]["actorId"] == "ops" and restored[1]["userAgent"] == "integrationsctl", restored
    scratch.expect(0, "check", *of)
    scratch.expect(0, "audit", "verify", *of)


@test
def what_can_not_come_back_is_refused_with_the_reason(scratch):
    url = make_place(scratch)
    of = ["--database", url]
    with gateway({"url": url, "migrate": True}) as running:
        live, lost, foreign, last = (running.create(name, name) for name in ["acme", "acme", "globex", "acme"])
        for made in lost, foreign, last:
            running.delete(made, 1)
    query(url, f"UPDATE deleted SET version = {2**31 - 1} WHERE id = '\\x{last.replace('-', '')}'; "
               f"DELETE FROM deleted WHERE id = '\\x{lost.replace('-', '')}'")
    before = query(url, "SELECT count(*) FROM event")
    for arguments, reason in {
        (UNKNOWN,): "no integration has the ID", (live,): "of organization 'acme' is not deleted",
        (lost,): "is not kept any more (retention.deletedDays)", (last,): "the highest version that there is",
        ("--organization", "acme", foreign): "is of organization 'globex'; name that",
        ("--organization", "globex", live): "is of organization 'acme'; name that",
    }.items():
        result = scratch.expect(1, "undelete", *of, *arguments)
        assert reason in result.stderr and result.stdout == "", (arguments, result)
    assert query(url, "SELECT count(*) FROM event") == before
    query(url, "UPDATE setting SET value = 'icu 1, rules 1, uca 1, locale und' WHERE name = 'collation'")
    assert "use the tool where the gateways run" in scratch.expect(3, "undelete", *of, foreign).stderr
    assert query(url, "SELECT count(*) FROM deleted") == [["2"]]


@test
def a_revoked_token_does_not_come_back(scratch):
    url, vault = make_place(scratch), Vault(scratch.folder)
    of = ["--database", url, "--keyring", vault.keyring]
    with gateway({"url": url, "migrate": True}, credentials={"keyring": vault.keyring}) as running:
        good, bad = (running.create("acme", jti, credentialRef=vault.issue("--jti", jti)) for jti in ["t1", "t2"])
        for made in good, bad:
            running.delete(made, 1)
    vault.run("revoke-token", "--keyring", vault.keyring, "t2")
    assert scratch.json(0, "undelete", *of, good)[0]["credentialRefCleared"] is False
    assert "its credentialRef was cleared: revoked" in scratch.expect(0, "undelete", *of, bad).stdout
    assert query(url, "SELECT convert_from(title, 'UTF8'), credential_ref IS NULL FROM integration ORDER BY title") == [["t1", "f"], ["t2", "t"]]
    scratch.expect(0, "check", *of[:2])


@test
def what_is_deleted_here_and_there_in_another_way_is_refused(scratch):
    url, file = make_place(scratch), scratch.folder / "all.jsonl"
    with gateway({"path": scratch.database}) as running:
        kept, gone = (running.create("acme", title) for title in ["kept", "gone"])
        running.delete(gone, 1)
    scratch.expect(0, "export", "--database", scratch.database, "--to", file)
    scratch.expect(0, "migrate", "--database", url)
    for spoil, mend in [
        ("UPDATE deleted SET time = time + 1", "UPDATE deleted SET time = time - 1"),
        ("INSERT INTO deleted SELECT tag, id, organization, 1, true, title, NULL, 1 FROM integration",
         "DELETE FROM deleted WHERE title = 'kept'"),
        ("INSERT INTO integration SELECT tag, id, organization, 1, true, title, title, NULL FROM deleted; DELETE FROM deleted",
         "DELETE FROM integration WHERE title = 'gone'"),
    ]:
        assert scratch.expect(0, "import", "--database", url, "--from", file).stdout
        query(url, spoil)
        told = scratch.expect(3, "import", "--database", url, "--from", file).stderr
        assert "the integration" in told and "nothing was imported" in told, told
        query(url, mend)
    with gateway({"url": url}) as running:
        assert running.create("acme", "new") > gone > kept, "an ID was made again"


@test
def other_commands_say_what_to_use_and_no_secret(scratch):
    url = "postgresql://someone:hush@127.0.0.1:1/gateway"
    given = ["--database", url]
    for arguments, code, said in [
        (["backup", *given, "--to", "x"], 2, "pg_dump"), (["restore", *given, "--from", "x"], 2, "pg_dump"),
        (["check", *given], 3, "Connection refused"), (["reindex", *given], 2, "SQLite databases only"),
        (["deleted", "list", *given], 3, "Connection refused"), (["undelete", *given, "x"], 2, "not the ID"),
        (["undelete", *given, UNKNOWN], 3, "Connection refused"),
        (["tenants", "erase", *given, "--organization", "acme", "--force"], 3, "Connection refused"),
        (["tenants", "list", *given], 3, "Connection refused"), (["tenants", "move", *given], 2, "tenants move"),
        (["tenants", "suspend", *given, "--organization", "acme"], 3, "Connection refused"),
        (["audit", "list", *given], 2, "SQLite databases only"), (["consumers", "list", *given], 3, "Connection refused"),
        (["migrate", *given, "--finish"], 2, "--finish"), (["stats", *given], 3, "Connection refused"),
        (["export", *given], 3, "Connection refused"), (["audit", "verify", *given], 3, "Connection refused"),
        (["stats", "--database", "postgresql://a:hush@[b/c"], 3, "no URI"),
        (["migrate", "--database", scratch.database, "--locale", "sv"], 2, "--locale"),
    ]:
        result = scratch.expect(code, *arguments)
        assert said in result.stderr and "hush" not in result.stdout + result.stderr, (arguments, result.stderr)
    assert json.loads(scratch.expect(3, "export", *given).stdout.splitlines()[0])["export"]


def make_certificate(folder, name):
    """A certificate for 127.0.0.1 that nobody else has signed, and its key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"],
                   check=True, capture_output=True, timeout=60)


@test
def connections_can_be_encrypted_and_take_a_password(scratch):
    make_certificate(scratch.folder, "server")
    make_certificate(scratch.folder, "other")
    with server.Server("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'",
                       [scratch.folder / "server.crt", scratch.folder / "server.key"]) as encrypted:
        encrypted.query("CREATE USER locked PASSWORD 'hush'; GRANT ALL ON SCHEMA public TO locked")
        password = scratch.folder / "password"
        password.write_text("hush\n")
        url = encrypted.url.replace("integrations@", "locked@").replace("sslmode=disable", "sslmode=verify-full&sslrootcert=")
        trusted = url.replace("sslrootcert=", f"sslrootcert={scratch.folder}/server.crt")
        with gateway({"url": trusted, "passwordFile": str(password), "migrate": True}) as running:
            running.create("acme", "A")
            assert running.titles("acme") == ["A"]
            assert encrypted.query("SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                                   "WHERE usename = 'locked'") == [["t"]]
        for address, given, said in [
            (url.replace("sslrootcert=", f"sslrootcert={scratch.folder}/other.crt"), "hush", "certificate verify failed"),
            (trusted, "wrong", "password authentication failed"), (trusted.replace("127.0.0.1", "localhost"), "hush", "does not match"),
        ]:
            told = scratch.expect(3, "stats", "--database", address, env={**os.environ, "PGPASSWORD": given}).stderr
            assert said in told and "hush" not in told, told
        assert scratch.expect(0, "stats", "--database", trusted, env={**os.environ, "PGPASSWORD": "hush"}).stdout


with SERVER:
    main()
