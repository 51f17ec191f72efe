# SPDX-License-Identifier: MIT
"""The commands audit list and audit verify, and the trail in check. Prints TAP."""

import json
import os
import signal
import subprocess
import threading

from ctl import CTL, FOREIGN_BODIES, first_event, gateway, main, make_older, query, sql, test, until

UNLOCK = "DROP TRIGGER event_kept; DROP TRIGGER event_not_deleted;"


def fill(scratch):
    """A database with the events of two organizations. Returns the IDs of acme's integrations."""
    ids = scratch.make(count=2)
    with gateway({"path": scratch.database}) as running:
        running.update(ids["acme"][0], 1, title="renamed", isActive=False)
        running.delete(ids["acme"][1], 1)
    return ids["acme"]


def listed(scratch, *more):
    return scratch.json(0, "audit", "list", "--database", scratch.database, *more)


@test
def events_are_listed_and_filtered(scratch):
    renamed, deleted = fill(scratch)
    events = listed(scratch, "--organization", "acme")
    assert [(event["sequence"], event["eventType"], event["aggregateId"]) for event in events] == [
        (1, "CREATED", renamed), (2, "CREATED", deleted), (3, "UPDATED", renamed),
        (4, "DELETED", deleted)], events
    assert events[3]["actorId"] == "actor" and events[2]["data"]["title"]["new"] == "renamed"
    assert len(listed(scratch)) == 6
    who = listed(scratch, "--entity", deleted, "--type", "DELETED")
    assert [event["sequence"] for event in who] == [4], who
    assert len(listed(scratch, "--actor", "actor")) == 6 and not listed(scratch, "--actor", "nobody")
    assert len(listed(scratch, "--since", "1h")) == 6
    assert not listed(scratch, "--since", "2100-01-01T00:00:00Z")
    shown = scratch.expect(0, "audit", "list", "--database", scratch.database, "--entity", deleted).stdout
    assert "DELETED  actor  " + deleted in shown and shown.count("\n") == 2, shown
    for wrong in [["--entity", "x"], ["--since", "yesterday"], ["--since", "7y"], ["--type", "deleted"]]:
        scratch.expect(2, "audit", "list", "--database", scratch.database, *wrong)


class Followed:
    """A listing that goes on, and what it has said so far."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([CTL, "audit", "list", *map(str, arguments)], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def wait_for(self, count):
        until(lambda: len(self.lines) >= count, f"line {count}, after {self.lines},")

    def end(self, number):
        self.process.send_signal(number)
        told = self.process.stderr.read()
        assert self.process.wait(20) == 0, (self.process.returncode, told)
        self.reader.join()
        return told


@test
def events_are_followed_as_they_come(scratch):
    ids = scratch.make(["acme"], 2)
    with gateway({"path": scratch.database}) as running:
        both = Followed("--database", scratch.database, "-f")
        mine = Followed("--database", scratch.database, "--follow", "--format", "jsonl", "--organization",
                        "acme", "--type", "DELETED")
        both.wait_for(2)
        running.create("globex", "new")
        both.wait_for(3)
        running.delete(ids["acme"][0], 1)
        both.wait_for(4)
        mine.wait_for(1)
        running.create("acme", "newer")
        both.wait_for(5)
        assert not both.end(signal.SIGINT) and not mine.end(signal.SIGTERM)
    assert [line.split("  ")[2:4] for line in both.lines] == [
        ["acme", "CREATED"], ["acme", "CREATED"], ["globex", "CREATED"], ["acme", "DELETED"],
        ["acme", "CREATED"]], both.lines
    assert [json.loads(line)["aggregateId"] for line in mine.lines] == [ids["acme"][0]]
    assert "neither text nor jsonl" in scratch.expect(2, "audit", "list", "--database", scratch.database,
                                                      "--format", "csv").stderr


@test
def a_root_is_followed_and_a_trail_that_was_restored(scratch):
    copies = scratch.folder / "copies"
    ids = scratch.make_root(["acme"], 2)
    scratch.expect(0, "backup", "--root", scratch.root, "--to", copies)
    followed = Followed("--root", scratch.root, "-f")
    followed.wait_for(2)
    with gateway({"root": scratch.root}) as running:
        running.delete(ids["acme"][0], 1)
        running.create("globex", "a new tenant")
        followed.wait_for(4)
        scratch.expect(0, "restore", "--root", scratch.root, "--from", copies, "--force")
        running.create("acme", "again")
        running.create("acme", "and again")
        followed.wait_for(5)
    assert followed.process.poll() is None
    followed.end(signal.SIGTERM)
    assert {line.split("  ")[2] for line in followed.lines} == {"acme", "globex"}


@test
def a_listing_that_nobody_reads_ends(scratch):
    scratch.make(["acme"], 1)
    process = subprocess.Popen([CTL, "audit", "list", "--database", scratch.database, "-f"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0 and not process.stderr.read()


@test
def events_of_tenants_are_listed(scratch):
    scratch.make_root()
    said = scratch.json(0, "audit", "list", "--root", scratch.root)
    assert {event["organizationId"] for event in said} == {"acme", "globex"} and len(said) == 6
    said = scratch.json(0, "audit", "verify", "--root", scratch.root, "--organization", "globex")
    assert [(one["organization"], one["sound"], one["events"]) for one in said] == [
        ("globex", True, 3)], said


@test
def a_body_that_was_erased_is_named(scratch):
    fill(scratch)
    sql(scratch.database, "UPDATE event SET body = NULL, salt = NULL WHERE sequence = 2")
    events = listed(scratch, "--organization", "acme")
    assert events[1] == {"sequence": 2, "organizationId": "acme", "aggregateId": events[1]["aggregateId"],
                         "erased": True}, events[1]
    shown = scratch.expect(0, "audit", "list", "--database", scratch.database).stdout.splitlines()
    erased = [line.split("  ") for line in shown if "erased" in line]
    assert [line[1:5] for line in erased] == [["-", "acme", "erased", "-"], ["-", "globex", "erased", "-"]], erased
    assert len(listed(scratch, "--organization", "acme", "--actor", "actor")) == 3
    said = scratch.json(0, "audit", "verify", "--database", scratch.database)
    assert [one["erasedBodies"] for one in said] == [1, 1], said


CHANGES = {
    "UPDATE event SET body = replace(body, 'renamed', 'Renamed') WHERE sequence = 3": 3,
    "UPDATE event SET entity = randomblob(16) WHERE sequence = 2": 2,
    "DELETE FROM event WHERE sequence = 2": 2,
    "DELETE FROM event WHERE sequence = 4": 4,
    "UPDATE organization SET trail_hash = randomblob(32) WHERE id = 'acme'": 4,
}


@test
def each_change_of_a_trail_is_found_and_located(scratch):
    fill(scratch)
    content = open(scratch.database, "rb").read()
    verify = ["audit", "verify", "--database", scratch.database]
    said = scratch.json(0, *verify)
    assert [len(one["head"]) for one in said] == [64, 64], said
    for change, place in CHANGES.items():
        with open(scratch.database, "wb") as file:
            file.write(content)
        sql(scratch.database, UNLOCK + change)
        acme, globex = scratch.json(1, *verify) if "globex" not in change else (None, None)
        assert not acme["sound"] and str(place) in acme["fault"], (change, acme)
        assert globex["sound"] or "sequence = 2" in change, (change, globex)
        assert "changed; " in scratch.expect(1, *verify).stdout
        checked, = scratch.json(1, "check", "--database", scratch.database)
        assert "trail" in {finding["check"] for finding in checked["findings"]}, checked


@test
def a_body_of_another_is_found(scratch):
    scratch.make(["acme"], count=1)
    for body in ['{"organizationId": "acme"}'] + FOREIGN_BODIES:
        made = first_event("acme", body)
        values = ", ".join(f"{name} = x'{value}'" for name, value in made.items())
        sql(scratch.database, "DROP TRIGGER IF EXISTS event_kept;"
            f"UPDATE event SET body = '{body}', {values};"
            f"UPDATE organization SET trail_hash = x'{made['hash']}'")
        is_own = body not in FOREIGN_BODIES
        said, = scratch.json(0 if is_own else 1, "audit", "verify", "--database", scratch.database)
        assert said["sound"] == is_own and (is_own or "event 1 has a body" in said["fault"]), (body, said)
    sql(scratch.database, "UPDATE event SET body = '[]'")
    assert not scratch.expect(1, "audit", "list", "--json", "--database", scratch.database).stdout


@test
def a_database_from_before_trails_has_none(scratch):
    fill(scratch)
    make_older(scratch.database, 1)
    assert listed(scratch) == []
    said = scratch.json(0, "audit", "verify", "--database", scratch.database)
    assert [one["events"] for one in said] == [0, 0], said
    scratch.expect(0, "check", "--database", scratch.database)


# As gateways do when the retention of two events is over.
SHORTEN = ("UPDATE organization SET checkpoint_length = 2, checkpoint_time = 1700000000000, checkpoint_hash ="
           " (SELECT hash FROM event WHERE organization = key AND sequence = 2) WHERE id = 'acme';"
           "DELETE FROM event WHERE sequence <= 2 AND"
           " organization = (SELECT key FROM organization WHERE id = 'acme')")


@test
def a_trail_that_was_shortened_is_verified_from_its_checkpoint(scratch):
    scratch.make(count=4)
    of = ["--database", scratch.database]
    before = {said["organization"]: said for said in scratch.json(0, "audit", "verify", *of)}
    assert before["acme"]["checkpoint"] is None, before
    sql(scratch.database, SHORTEN)
    after = {said["organization"]: said for said in scratch.json(0, "audit", "verify", *of)}
    assert after["acme"]["head"] == before["acme"]["head"] and after["globex"] == before["globex"], after
    checkpoint = after["acme"]["checkpoint"]
    assert checkpoint["sequence"] == 2 and checkpoint["time"] == "2023-11-14T22:13:20.000Z", checkpoint
    told = scratch.expect(0, "audit", "verify", *of).stdout
    assert f"  the first 2 were removed, the last time at 2023-11-14T22:13:20.000Z; checkpoint {checkpoint['hash']}" in told
    scratch.expect(0, "check", *of)
    listed = scratch.json(0, "audit", "list", *of, "--organization", "acme")
    assert [event["sequence"] for event in listed] == [3, 4], listed
    with gateway({"path": scratch.database}) as running:
        running.create("acme", "another")
    scratch.expect(0, "audit", "verify", *of)
    for change in ["checkpoint_hash = zeroblob(32)", "checkpoint_length = 1", "checkpoint_length = 0",
                   "checkpoint_length = 9"]:
        sound = query(scratch.database, "SELECT checkpoint_length, hex(checkpoint_hash) FROM organization"
                                        " WHERE id = 'acme'")[0]
        sql(scratch.database, f"UPDATE organization SET {change} WHERE id = 'acme'")
        assert "acme: changed; " in scratch.expect(1, "audit", "verify", *of).stdout, change
        assert "trail: of 'acme'" in scratch.expect(1, "check", *of).stdout, change
        sql(scratch.database, f"UPDATE organization SET checkpoint_length = {sound[0]},"
                              f" checkpoint_hash = x'{sound[1]}' WHERE id = 'acme'")
    scratch.expect(0, "audit", "verify", *of)


@test
def a_trail_that_was_shortened_is_exported_and_imported(scratch):
    whole, short, again = (scratch.folder / name for name in ["whole", "short", "again"])
    os.mkdir(scratch.root)
    scratch.make(count=4)
    scratch.expect(0, "export", "--database", scratch.database, "--to", whole)
    sql(scratch.database, SHORTEN)
    scratch.expect(0, "export", "--database", scratch.database, "--to", short)
    assert short.read_text().count('{"checkpoint":') == 1
    for times in range(2):
        scratch.expect(0, "import", "--root", scratch.root, "--from", short)
    scratch.expect(0, "export", "--root", scratch.root, "--to", again)
    assert short.read_bytes() == again.read_bytes()
    scratch.expect(0, "import", "--root", scratch.root, "--from", whole)  # It goes on as it is.
    scratch.expect(0, "check", "--root", scratch.root)
    other = scratch.folder / "other"
    other.mkdir()
    scratch.expect(0, "import", "--root", other, "--from", whole)
    scratch.expect(0, "import", "--root", other, "--from", short)
    with gateway({"root": scratch.root}) as running:
        running.create("acme", "another")
    sql(scratch.tenant("acme"), "UPDATE organization SET checkpoint_hash = zeroblob(32)")
    assert "another audit trail" in scratch.expect(3, "import", "--root", scratch.root, "--from", short).stderr


main()
