# SPDX-License-Identifier: MIT
"""Kills a writer under load, again and again, and looks at what is left: crash_test.py WRITER PLUGIN."""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROUNDS = 25
SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))


def run_and_kill(writer, plugin, database, name, seconds):
    """All that the writer said before it died."""
    process = subprocess.Popen([writer, plugin, database, name], stdout=subprocess.PIPE)
    timer = time.monotonic() + seconds
    os.set_blocking(process.stdout.fileno(), False)
    said = b""
    while time.monotonic() < timer and process.poll() is None:
        said += process.stdout.read() or b""
        time.sleep(0.001)
    ended_early = process.poll()
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.set_blocking(process.stdout.fileno(), True)
    said += process.stdout.read()
    if ended_early is not None:
        raise SystemExit(f"Bail out! the writer ended by itself with {ended_early}")
    lines = said.decode().split("\n")
    return lines[:-1]


class Chain:
    """What is known of one integration: its state when last answered, and the operation that was not."""

    def __init__(self):
        self.version = 0  # 0: not there.
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
        """The versions that may be found; 0 is none."""
        versions = {self.version}
        if self.tried:
            operation, version = self.tried
            versions |= {"create": {1}, "update": {version + 1}, "delete": {0}, "stale": set()}[operation]
        return versions


def listen(chains, lines):
    answers = 0
    for line in lines:
        name, what, operation, version = line.split(" ")
        chains.setdefault(name, Chain()).hear(what, operation, int(version))
        answers += what != "try"
    return answers


def faults_of(database, chains):
    connection = sqlite3.connect(database)
    one = lambda sql: connection.execute(sql).fetchone()[0]
    faults = []
    if one("PRAGMA integrity_check") != "ok":
        faults.append("integrity_check: " + one("PRAGMA integrity_check"))
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        faults.append("foreign_key_check finds rows")
    found = {}
    for title, version, active in connection.execute("SELECT title, version, is_active FROM integration"):
        name, mark = title.rsplit(" ", 1)
        if mark != f"v{version}":
            faults.append(f"'{title}' has version {version}")
        if active != (version % 2):
            faults.append(f"'{title}' has is_active {active}")
        if name in found:
            faults.append(f"{name} is there twice")
        found[name] = version
    for name, chain in chains.items():
        if found.get(name, 0) not in chain.allowed():
            faults.append(f"{name} has version {found.get(name, 0)}, not one of {chain.allowed()}")
        # From now on what is there is what is known.
        chain.version, chain.tried = found.get(name, 0), None
    unknown = set(found) - set(chains)
    if unknown:
        faults.append(f"nobody made {unknown}")
    counted = connection.execute("SELECT coalesce(sum(is_active), 0), coalesce(sum(1 - is_active), 0) FROM integration").fetchone()
    kept = connection.execute("SELECT coalesce(sum(active), 0), coalesce(sum(inactive), 0) FROM organization").fetchone()
    if counted != kept:
        faults.append(f"counted {counted}, but the counters say {kept}")
    connection.close()
    return faults


def main(writer, plugin):
    rng = random.Random(SEED)
    chains = {}
    total = 0
    print(f"1..{ROUNDS + 1}")
    print(f"# SEED={SEED}")
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "integrations.db")
        for number in range(1, ROUNDS + 1):
            lines = run_and_kill(writer, plugin, database, f"r{number}", rng.uniform(0.08, 0.5))
            answers = listen(chains, lines)
            total += answers
            faults = faults_of(database, chains)
            for fault in faults[:10]:
                print(f"# {fault}")
            print(f"{'not ok' if faults else 'ok'} {number} - killed after {answers} answers")
    print(f"{'ok' if total > 1000 else 'not ok'} {ROUNDS + 1} - {total} answers in all")


main(*sys.argv[1:])
