# SPDX-License-Identifier: MIT
"""The command export. Prints TAP."""

import hashlib
import json
import pathlib
import stat

from ctl import gateway, main, small_files, sql, test


def lines_of(text):
    """The kind and the value of each line."""
    return [next(iter(json.loads(line).items())) for line in text.splitlines()]


@test
def everything_is_exported_with_a_checksum(scratch):
    ids = scratch.make(count=2)
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, title="T\u00e9 \u202e\U0001f600", isActive=False)
        running.delete(ids["globex"][0], 1)
        for consumer, organization in ("hooks", "acme"), ("crm", "acme"), ("crm", "globex"):
            while batch := running.claim(consumer, limit=2):
                if batch["organizationId"] == organization:
                    running.acknowledge(consumer, batch)
                    break
        text = scratch.expect(0, "export", "--database", scratch.database).stdout
    lines = lines_of(text)
    assert lines[0] == ("export", {"format": 3}), lines[0]
    integrations = [value for kind, value in lines if kind == "integration"]
    assert [value["id"] for value in integrations] == [*ids["acme"], ids["globex"][1]], integrations
    assert integrations[0] == {"id": ids["acme"][0], "organizationId": "acme", "version": 2,
                               "isActive": False, "title": "T\u00e9 \u202e\U0001f600",
                               "credentialRef": None}, integrations[0]
    events = [value for kind, value in lines if kind == "event"]
    assert [(event["organizationId"], event["sequence"]) for event in events] == [
        ("acme", 1), ("acme", 2), ("acme", 3), ("globex", 1), ("globex", 2), ("globex", 3)], events
    consumers = [value for kind, value in lines if kind == "consumer"]
    assert consumers == [{"organizationId": organization, "name": name, "position": 2} for organization, name in [
        ("acme", "crm"), ("acme", "hooks"), ("globex", "crm")]], consumers
    before = text[:text.rindex("\n", 0, -1) + 1].encode()
    assert lines[-1] == ("end", {"integrations": 3, "events": 6, "checksum": hashlib.blake2b(
        before, digest_size=32).hexdigest()}), lines[-1]
    assert text.isascii() and scratch.expect(0, "export", "--database", scratch.database).stdout == text
    only = lines_of(scratch.expect(0, "export", "--database", scratch.database, "--organization",
                                   "globex").stdout)
    assert [kind for kind, _ in only] == ["export", "integration", "deleted", *["event"] * 3, "consumer", "end"], only


@test
def a_file_is_made_whole_or_not_at_all(scratch):
    scratch.make()
    to = scratch.folder / "all.jsonl"
    export = ["export", "--database", scratch.database, "--to", to]
    scratch.expect(0, *export)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    content = to.read_text()
    assert content == scratch.expect(0, "export", "--database", scratch.database).stdout
    assert "is there already" in scratch.expect(3, *export).stderr
    scratch.expect(0, *export, "--force")
    sql(scratch.database, "INSERT INTO setting VALUES ('f', zeroblob(9)); UPDATE event SET body = NULL,"
                          " salt = NULL WHERE sequence = 1")
    sql(scratch.database, "PRAGMA ignore_check_constraints = ON; UPDATE integration SET version = 0 WHERE key = 5")
    assert "is damaged" in scratch.expect(3, *export, "--force").stderr
    assert to.read_text() == content and scratch.names() == ["all.jsonl", "integrations.db"]
    told = scratch.expect(3, "export", "--database", scratch.database, "--to", "/no such folder/x").stderr
    assert "'/no such folder/x' can't be written: No such file or directory; make its folder first" in told, told
    before = pathlib.Path(scratch.database).read_bytes()
    told = scratch.expect(3, "export", "--database", scratch.database, "--to", scratch.database, "--force").stderr
    assert "is not an export" in told and pathlib.Path(scratch.database).read_bytes() == before, told


@test
def lost_output_is_reported(scratch):
    scratch.make(count=100)
    to = scratch.folder / "all.jsonl"
    told = scratch.expect(3, "export", "--database", scratch.database, "--to", to,
                          preexec_fn=small_files).stderr
    assert "can't be written" in told and not to.exists(), told
    with open("/dev/full", "w") as full:
        assert scratch.expect(3, "export", "--database", scratch.database, stdout=full).stderr


@test
def tenants_are_exported_as_one_database(scratch):
    scratch.make_root()
    text = scratch.expect(0, "export", "--root", scratch.root).stdout
    lines = lines_of(text)
    assert [value["organizationId"] for kind, value in lines if kind == "integration"] == [
        "acme"] * 3 + ["globex"] * 3
    scratch.tenant("globex").write_text("no database")
    result = scratch.expect(3, "export", "--root", scratch.root)
    assert '"end"' not in result.stdout, result.stdout


main()
