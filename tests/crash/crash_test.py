# SPDX-License-Identifier: MIT
"""
crash_test.py WRITER PLUGIN: kills a writer under load, many times, and checks the database.

Everything that was acknowledged must be there, and nothing that was rejected: in one database, and
in one for each of many organizations, of which half may be open, so that they open and close all
the time. None has anything of another's. The audit trail of each verifies, and has every change. A
create that got no answer is sent again under its key in the next round, and makes nothing new. SEED
repeats a run.
"""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import trail

ROUNDS = 25
ORGANIZATIONS = 6
TENANT_ROUNDS = 12
SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))


def run_and_kill(writer, plugin, database, name, organizations, unanswered, seconds):
    """
    Returns the complete lines that the writer printed before it was killed, so many seconds after
    the first of them: opening the database is not what is tested.
    """
    process = subprocess.Popen([writer, plugin, database, name, str(organizations), *unanswered],
                               stdout=subprocess.PIPE)
    said = process.stdout.readline()
    timer = time.monotonic() + seconds
    os.set_blocking(process.stdout.fileno(), False)
    while time.monotonic() < timer and process.poll() is None:
        said += process.stdout.read() or b""
        time.sleep(0.001)
    ended_early = process.poll()
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.set_blocking(process.stdout.fileno(), True)
    said += process.stdout.read()
    if ended_early is not None:
        raise SystemExit(f"Bail out! the writer exited with {ended_early} before it was killed")
    lines = said.decode().split("\n")
    return lines[:-1]


class Chain:
    """What is known of an integration: its last acknowledged state, and the operation in flight."""

    def __init__(self):
        self.version = 0  # 0: it does not exist.
        self.deleted = False
        self.tried = None

    def hear(self, what, operation, version):
        if what == "try":
            self.tried = (operation, version)
            return
        self.tried = None
        if what == "ok":
            self.version = {"create": 1, "update": version + 1, "delete": 0}[operation]
            self.deleted = operation == "delete"

    def allowed(self):
        """The versions that the database may have; 0 is none."""
        versions = {self.version}
        if self.tried:
            operation, version = self.tried
            results = {"create": {1}, "update": {version + 1}, "delete": {0}, "stale": set()}
            versions |= results[operation]
        return versions


def listen(chains, lines):
    answers = 0
    for line in lines:
        name, what, operation, version = line.split(" ")
        chains.setdefault(name, Chain()).hear(what, operation, int(version))
        answers += what != "try"
    return answers


def unanswered_creates(chains):
    return [name for name, chain in chains.items() if chain.tried == ("create", 0)]


def violations_of(databases, organizations, chains):
    violations, found = [], {}
    for database in databases:
        violations += violations_within(database, organizations, found)
    for name, chain in chains.items():
        if found.get(name, 0) not in chain.allowed():
            violations.append(
                f"{name} has version {found.get(name, 0)}, not one of {chain.allowed()}")
        # The next round starts from what was found.
        chain.version, chain.tried = found.get(name, 0), None
    unknown = set(found) - set(chains)
    if unknown:
        violations.append(f"no writer created {unknown}")
    return violations


def violations_within(database, organizations, found):
    """Adds the versions of a database's integrations to `found`."""
    connection = sqlite3.connect(database)
    violations = []
    if not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        connection.close()  # The writer was killed while it made the database.
        return violations
    integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if integrity != "ok":
        violations.append("integrity_check: " + integrity)
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        violations.append("foreign_key_check finds rows")
    rows = connection.execute(
        "SELECT title, version, is_active, organization.id FROM integration "
        "JOIN organization ON organization.key = integration.organization")
    for title, version, active, organization in rows:
        name, mark = title.rsplit(" ", 1)
        owner = f"org-{int(name.split('.')[1]) % organizations}"
        if organization != owner or database.parent.name not in (owner, "one"):
            violations.append(f"'{title}' belongs to {owner}, not {organization}, in {database}")
        if mark != f"v{version}":
            violations.append(f"'{title}' has version {version}")
        if active != (version % 2):
            violations.append(f"'{title}' has is_active {active}")
        if name in found:
            violations.append(f"{name} exists twice")
        found[name] = version
    counted = connection.execute(
        "SELECT coalesce(sum(is_active), 0), coalesce(sum(1 - is_active), 0) FROM integration"
    ).fetchone()
    kept = connection.execute(
        "SELECT coalesce(sum(active), 0), coalesce(sum(inactive), 0) FROM organization").fetchone()
    if counted != kept:
        violations.append(f"there are {counted} rows, but the counters are {kept}")
    violations += trail.faults_of(connection)
    connection.close()
    return violations


def run(writer, plugin, folder, organizations, rounds, rng):
    """
    Kills writers so many times; yields (violations, answers, done) after each: how many creates were
    done, but not answered.
    """
    chains, unanswered = {}, []
    one = folder / "integrations.db"
    for number in range(1, rounds + 1):
        lines = run_and_kill(writer, plugin, str(one if organizations == 1 else folder),
                             f"r{number}", organizations, unanswered, rng.uniform(0.08, 0.5))
        answers = listen(chains, lines)
        unanswered = unanswered_creates(chains)
        databases = [one] if organizations == 1 else sorted(folder.glob("*/*/integrations.db"))
        violations = violations_of(databases, organizations, chains)
        yield violations, answers, sum(chains[name].version == 1 for name in unanswered)


def report(number, good, text):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")


def main(writer, plugin):
    rng = random.Random(SEED)
    ways = {"one": (1, ROUNDS), "many": (ORGANIZATIONS, TENANT_ROUNDS)}
    number = 0
    print(f"1..{ROUNDS + TENANT_ROUNDS + 2 * len(ways)}")
    print(f"# SEED={SEED}")
    for name, (organizations, rounds) in ways.items():
        total = repeated = 0
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / name
            place.mkdir()
            for violations, answers, done in run(writer, plugin, place, organizations, rounds, rng):
                number, total, repeated = number + 1, total + answers, repeated + done
                for violation in violations[:10]:
                    print(f"# {violation}")
                report(number, not violations, f"{name}: killed after {answers} answers")
        number += 2
        report(number - 1, total > 40 * rounds, f"{name}: {total} answers in all rounds")
        report(number, repeated > 0, f"{name}: {repeated} creates were done and not answered")


main(*sys.argv[1:])
