# SPDX-License-Identifier: MIT
"""The command import: round trips, and what it refuses. Prints TAP."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess

from ctl import CTL, FOREIGN_BODIES, first_event, folder_of, gateway, main, query, sql, test, until


def exported(scratch, *of):
    return scratch.expect(0, "export", *of).stdout


def fill(scratch):
    """An export of a shared database with updates, deletions, an erased body and a consumer; the IDs of acme."""
    ids = scratch.make()
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, title="\u00e9 renamed", isActive=False)
        running.delete(ids["globex"][0], 1)
        running.take_all("hooks", limit=1)
        running.update(ids["acme"][2], 1, isActive=False)
    sql(scratch.database, "UPDATE event SET body = NULL, salt = NULL WHERE sequence = 1")
    (scratch.folder / "all.jsonl").write_text(exported(scratch, "--database", scratch.database))
    os.mkdir(scratch.root)
    return ids["acme"]


def from_file(scratch, name="all.jsonl"):
    return ["import", "--from", scratch.folder / name]


@test
def a_round_trip_gives_the_same(scratch):
    fill(scratch)
    text = (scratch.folder / "all.jsonl").read_text()
    said = scratch.json(0, *from_file(scratch), "--root", scratch.root)
    assert [(one["imported"], one["same"]) for one in said] == [(3, 0), (2, 0)], said
    assert exported(scratch, "--root", scratch.root) == text
    said = scratch.json(0, *from_file(scratch), "--root", scratch.root)
    assert [(one["imported"], one["same"]) for one in said] == [(0, 3), (0, 2)], said
    assert len(scratch.json(0, "check", "--root", scratch.root)) == 2
    assert all(one["sound"] for one in scratch.json(0, "audit", "verify", "--root", scratch.root))
    with gateway({"root": scratch.root}) as running:
        assert running.titles("acme") == ["acme 1", "acme 2", "\u00e9 renamed"]
        assert "SERVICE" not in running.create("acme", "new")
    one = scratch.folder / "one.db"
    scratch.expect(0, "backup", "--database", scratch.tenant("globex"), "--to", one)
    sql(one, "DELETE FROM setting WHERE name = 'owner'")
    told = scratch.expect(0, *from_file(scratch), "--database", one).stdout
    assert "3 integrations imported, 2 were there" in told, told
    assert exported(scratch, "--database", one) == text


@test
def an_import_runs_beside_a_gateway(scratch):
    fill(scratch)
    with gateway({"root": scratch.root}) as running:
        running.create("initech", "here")
        scratch.expect(0, *from_file(scratch), "--root", scratch.root, "--organization", "acme")
        until(lambda: len(running.titles("acme")) == 3, "serving")
        assert running.titles("globex") == [] and running.create("acme", "new") != "SERVICE_UNAVAILABLE"
    assert not scratch.tenant("globex").exists()
    assert scratch.expect(0, "audit", "verify", "--root", scratch.root)


@test
def an_export_that_was_cut_off_or_changed_is_refused(scratch):
    fill(scratch)
    lines = (scratch.folder / "all.jsonl").read_text().splitlines(keepends=True)
    event = next(number for number, line in enumerate(lines) if '"event"' in line)
    for broken, said in [
        (lines[:-1], "was cut off"), (lines[:-1] + [lines[-1][:-1]], "was cut off"),
        (lines[:3] + lines[4:], "checksum differs"),
        ([line.replace("acme 1", "acme 9") if '"integration"' in line else line for line in lines],
         "checksum differs"),
        (lines[:event] + lines[event + 1:], "does not continue"),
        (lines + ["{}\n"], "something comes after"), (["{}\n"], "no line of an export"),
        (['{"export":{"format":4}}\n'], "does not know"), ([], "was cut off"),
        (['{"integration":{}}\n'], "no export of integrationsctl"),
        ([lines[0], lines[1].replace('"version":2', '"version":0')], "out of range"),
        ([lines[0], lines[1].replace('"id":"', '"id":"x')], "out of range"),
    ]:
        (scratch.folder / "broken.jsonl").write_text("".join(broken))
        told = scratch.expect(3, *from_file(scratch, "broken.jsonl"), "--root", scratch.root).stderr
        assert said in told and "line" in told, (said, told)
        assert scratch.names(scratch.root) == [], said
    for name in ["missing", "."]:
        scratch.expect(3, *from_file(scratch, name), "--root", scratch.root)


@test
def what_differs_is_refused_and_nothing_is_lost(scratch):
    fill(scratch)
    scratch.expect(0, *from_file(scratch), "--root", scratch.root)
    with gateway({"root": scratch.root}) as running:
        running.update(query(scratch.tenant("acme"), "SELECT 1") and json.loads(
            exported(scratch, "--root", scratch.root).splitlines()[1])["integration"]["id"], 2,
            title="changed since")
    before = exported(scratch, "--root", scratch.root)
    told = scratch.expect(3, *from_file(scratch), "--root", scratch.root).stderr
    assert "differs; nothing was imported" in told, told
    assert exported(scratch, "--root", scratch.root) == before
    with gateway({"root": str(scratch.folder / "tenants")}) as running:
        running.create("hooli", "x")
    text = exported(scratch, "--root", scratch.root, "--organization", "hooli")
    (scratch.folder / "hooli.jsonl").write_text(text)
    other = scratch.folder / "other"
    other.mkdir()
    with gateway({"root": str(other)}) as running:
        running.create("hooli", "another's")
    told = scratch.expect(3, *from_file(scratch, "hooli.jsonl"), "--root", other).stderr
    assert "another audit trail" in told, told
    assert query(folder_of(other, "hooli") / "integrations.db", "SELECT title FROM integration") == [("another's",)]


@test
def what_a_database_is_not_for_is_refused(scratch):
    fill(scratch)
    scratch.expect(0, *from_file(scratch), "--root", scratch.root, "--organization", "acme")
    told = scratch.expect(3, *from_file(scratch), "--database", scratch.tenant("acme")).stderr
    assert "belongs to the organization 'acme', and takes nothing of 'globex'" in told and "with --organization" in told, told
    told = scratch.expect(3, *from_file(scratch), "--database", scratch.tenant("acme"), "--organization",
                          "globex").stderr
    assert "belongs to the organization 'acme'" in told and "--organization" not in told, told
    for where in ["--root", scratch.root], ["--database", scratch.database]:
        told = scratch.expect(3, *from_file(scratch), *where, "--organization", "acmee").stderr
        assert "has nothing of the organization 'acmee'. Nothing was imported" in told, told
    assert not folder_of(scratch.root, "acmee").exists()
    told = scratch.expect(3, *from_file(scratch), "--root", scratch.folder / "missing").stderr
    assert told.count("\n") == 1 and "Make the folder" in told, told
    scratch.expect(3, *from_file(scratch), "--database", scratch.folder / "missing.db")
    assert not (scratch.folder / "missing.db").exists()
    lease = folder_of(scratch.root, "acme") / "lease"
    for state, said in [("erased", "it is erased"), ("moving", "being moved, restored or reindexed")]:
        lease.write_text(state)
        told = scratch.expect(3, *from_file(scratch), "--root", scratch.root).stderr
        assert said in told, told
        assert query(scratch.tenant("globex"), "SELECT count(*) FROM integration") != [(0,)]  # Acme fails alone.
        shutil.rmtree(folder_of(scratch.root, "globex"))
    lease.write_text("active")
    sql(scratch.tenant("acme"), "UPDATE setting SET value = CAST(replace(value, 'icu ', 'icu 1') AS BLOB)"
                                " WHERE name = 'collation'")
    told = scratch.expect(3, *from_file(scratch), "--root", scratch.root).stderr
    assert "use the tool where the gateways run" in told, told


@test
def ids_without_tags_are_made_anew_if_asked(scratch):
    first = fill(scratch)[0]
    old = f"{first[:15]}abc{first[18:32]}0000"
    sql(scratch.database, f"UPDATE integration SET id = x'{old.replace('-', '')}' WHERE key = 1")
    (scratch.folder / "old.jsonl").write_text(exported(scratch, "--database", scratch.database))
    of = [*from_file(scratch, "old.jsonl"), "--root", scratch.root]
    told = scratch.expect(3, *of).stderr
    assert "1 integrations have IDs without the tag" in told and "--remint" in told, told
    assert scratch.names(scratch.root) == []
    remap = scratch.folder / "map.json"
    scratch.expect(0, *of, "--remint", remap)
    made = json.loads(remap.read_text())
    assert list(made) == [old] and made[old] != old, made
    ids = [json.loads(line)["integration"]["id"] for line
           in exported(scratch, "--root", scratch.root).splitlines() if '"integration"' in line]
    assert made[old] in ids and old not in ids, ids
    assert scratch.json(0, *of, "--remint", remap)[0]["same"] == 3
    assert json.loads(remap.read_text()) == made
    assert all(one["sound"] for one in scratch.json(0, "check", "--root", scratch.root))
    pathlib.Path(remap).write_text("no map")
    assert "no map of IDs" in scratch.expect(3, *of, "--remint", remap).stderr


@test
def a_map_of_ids_is_not_trusted(scratch):
    first, second, _ = fill(scratch)
    old = f"{first[:15]}abc{first[18:32]}0000"
    sql(scratch.database, f"UPDATE integration SET id = x'{old.replace('-', '')}' WHERE key = 1")
    (scratch.folder / "old.jsonl").write_text(exported(scratch, "--database", scratch.database))
    globex = query(scratch.database, "SELECT lower(hex(i.id)) FROM integration i JOIN organization o"
                                     " ON o.key = i.organization WHERE o.id = 'globex'")[0][0]
    globex = "-".join([globex[:8], globex[8:12], globex[12:16], globex[16:20], globex[20:]])
    remap = scratch.folder / "map.json"
    for entries, said in [
        ({old: "x"}, "is not the ID"), ({old: None}, "is not the ID"), ({old: 7}, "is not the ID"),
        ({old: {}}, "is not the ID"), ({old: second + "\0"}, "is not the ID"),
        ({"x\n": second}, "is not the ID"), ({old: globex}, "for another organization"),
        ({old: second, first: second}, "of another entry"),
    ]:
        remap.write_text(json.dumps(entries))
        told = scratch.expect(3, *from_file(scratch, "old.jsonl"), "--root", scratch.root,
                              "--remint", remap).stderr
        assert said in told and "the entry of" in told and "name another map" in told, told
        assert scratch.names(scratch.root) == [], entries


@test
def a_body_of_another_is_refused(scratch):
    header = '{"export":{"format":1}}\n'
    own = '{"organizationId": "acme"}'
    os.mkdir(scratch.root)
    for body, said in [(own, "was cut off")] + [(each, "the event's body is no") for each in FOREIGN_BODIES]:
        event = {"organizationId": "acme", "sequence": 1, "body": body, **first_event("acme", body)}
        (scratch.folder / "forged.jsonl").write_text(header + json.dumps({"event": event}) + "\n")
        told = scratch.expect(3, *from_file(scratch, "forged.jsonl"), "--root", scratch.root).stderr
        assert said in told, (body, told)
    assert scratch.names(scratch.root) == []


@test
def a_consumer_of_no_sense_is_refused(scratch):
    fill(scratch)
    lines = (scratch.folder / "all.jsonl").read_text().splitlines(keepends=True)
    at, = [number for number, line in enumerate(lines) if '"consumer"' in line and '"acme"' in line]
    good = json.loads(lines[at])["consumer"]
    events = [number for number, line in enumerate(lines) if '"event"' in line]
    broken = [{**good, **change} for change in [
        {"name": ""}, {"name": "a b"}, {"name": "x" * 65}, {"name": "h\u00e9"}, {"name": 7}, {"name": None},
        {"position": 0}, {"position": -1}, {"position": 6}, {"position": "3"}, {"position": 2**62},
        {"organizationId": "globex"}, {"organizationId": "unknown"}, {"organizationId": ""}]]
    files = [[*lines[:at], json.dumps({"consumer": value}) + "\n", *lines[at + 1:]] for value in broken]
    files.append([*lines[:events[0]], lines[at], *lines[events[0]:]])
    for file in files:
        (scratch.folder / "broken.jsonl").write_text("".join(file))
        told = scratch.expect(3, *from_file(scratch, "broken.jsonl"), "--root", scratch.root).stderr
        assert "a value of the consumer is missing or out of range" in told, told
        assert scratch.names(scratch.root) == []


@test
def exports_of_earlier_versions_are_taken(scratch):
    fill(scratch)
    lines = (scratch.folder / "all.jsonl").read_text().splitlines(keepends=True)
    lines = ['{"export":{"format":2}}\n', *[line for line in lines[1:-1] if '"consumer"' not in line], lines[-1]]
    end = json.loads(lines[-1])
    end["end"]["checksum"] = hashlib.blake2b("".join(lines[:-1]).encode(), digest_size=32).hexdigest()
    (scratch.folder / "old.jsonl").write_text("".join(lines[:-1]) + json.dumps(end) + "\n")
    scratch.expect(0, *from_file(scratch, "old.jsonl"), "--root", scratch.root)
    with gateway({"root": scratch.root}) as running:
        assert running.take_all("hooks") == {"acme": [2, 3, 4, 5], "globex": [2, 3, 4]}


@test
def a_line_without_an_end_is_refused(scratch):
    os.mkdir(scratch.root)
    with open(scratch.folder / "long.jsonl", "w") as file:
        file.write('{"export":{"format":1}}\n')
        file.truncate(1 << 30)
    told = scratch.expect(3, *from_file(scratch, "long.jsonl"), "--root", scratch.root).stderr
    assert "line 2: it has more than 4 MiB" in told, told


@test
def an_import_that_is_killed_is_finished_by_another(scratch):
    fill(scratch)
    text = (scratch.folder / "all.jsonl").read_text()
    for milliseconds in [1, 3, 6, 10, 15, 25, 40]:
        process = subprocess.Popen([CTL, *map(str, from_file(scratch)), "--root", scratch.root],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(milliseconds / 1000)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    scratch.expect(0, *from_file(scratch), "--root", scratch.root)
    assert exported(scratch, "--root", scratch.root) == text


main()
