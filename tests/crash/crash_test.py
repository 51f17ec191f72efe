# SPDX-License-Identifier: MIT
"""
crash_test.py WRITER PLUGIN: kills a writer under load, many times, and checks the database.

Everything that was acknowledged must be there, and nothing that was rejected: in one database, and
in one for each of many organizations, of which half may be open, so that they open and close all
the time. None has anything of another's. The audit trail of each verifies, and has every change. A
create that got no answer is sent again under its key in the next round, and makes nothing new. SEED
repeats a run.
"""

import itertools
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import journal
import trail

ROUNDS = 25
ORGANIZATIONS = 6
TENANT_ROUNDS = 12
LUCKLESS = 4  # So many times as many rounds, until a kill has fallen between commit and answer.
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


def violations_of(databases, organizations, chains):
    violations, found = [], {}
    for database in databases:
        violations += violations_within(database, organizations, found)
    return violations + journal.chain_violations(chains, found)


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
    violations += journal.row_violations(connection, organizations, found, database.parent.name)
    violations += trail.faults_of(connection)
    connection.close()
    return violations


def run(writer, plugin, folder, organizations, rng):
    """
    Kills writers; yields (violations, answers, done) after each: how many creates were done, but not
    answered.
    """
    chains, unanswered = {}, []
    one = folder / "integrations.db"
    for number in itertools.count(1):
        lines = run_and_kill(writer, plugin, str(one if organizations == 1 else folder),
                             f"r{number}", organizations, unanswered, rng.uniform(0.08, 0.5))
        answers = journal.listen(chains, lines)
        unanswered = journal.unanswered_creates(chains)
        databases = [one] if organizations == 1 else sorted(folder.glob("*/*/integrations.db"))
        violations = violations_of(databases, organizations, chains)
        yield violations, answers, sum(chains[name].version == 1 for name in unanswered)


def report(number, good, text):
    print(f"{'ok' if good else 'not ok'} {number} - {text}")


def main(writer, plugin):
    rng = random.Random(SEED)
    ways = {"one": (1, ROUNDS), "many": (ORGANIZATIONS, TENANT_ROUNDS)}
    number = 0
    print(f"# SEED={SEED}")
    for name, (organizations, rounds) in ways.items():
        total = repeated = 0
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder) / name
            place.mkdir()
            kills = run(writer, plugin, place, organizations, rng)
            for kill in range(1, LUCKLESS * rounds + 1):
                violations, answers, done = next(kills)
                number, total, repeated = number + 1, total + answers, repeated + done
                for violation in violations[:10]:
                    print(f"# {violation}")
                report(number, not violations, f"{name}: killed after {answers} answers")
                if kill >= rounds and repeated > 0:
                    break
        number += 2
        report(number - 1, total > 40 * rounds, f"{name}: {total} answers in all rounds")
        report(number, repeated > 0, f"{name}: {repeated} creates were done and not answered")
    print(f"1..{number}")


main(*sys.argv[1:])
