# SPDX-License-Identifier: MIT
"""
failover_test.py WRITER PLUGIN: two gateways write to one PostgreSQL server with a synchronous standby. In each round the
primary is killed under load and the standby promoted; then the gateways are killed, too. Everything that was acknowledged
is there, and nothing that was rejected; the audit trails verify; and service comes back by itself. Prints TAP, and how long
nothing was acknowledged.
"""

import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "plugin/postgres"))
import journal  # noqa: E402
import server  # noqa: E402
import trail  # noqa: E402

ROUNDS = 2
GATEWAYS = 2
ORGANIZATIONS = 3
ANSWERS = 300
EVENT_SECONDS = 60


class Gateway:
    """Writes until it is killed; `lines` is what it has said, `acknowledged` when it acknowledged a change."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines, self.acknowledged = [], []
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.lines.append(line.rstrip("\n"))
                if " ok " in line:
                    self.acknowledged.append(time.monotonic())

    def await_answers(self):
        """That many more."""
        end, wanted = time.monotonic() + EVENT_SECONDS, len(self.acknowledged) + ANSWERS
        while len(self.acknowledged) < wanted:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"a gateway stays at {len(self.acknowledged)} answers, not {wanted}")
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()


def mirror(database):
    """The tables that journal.py and trail.py look at, in SQLite."""
    copy = sqlite3.connect(":memory:")
    copy.executescript(
        "CREATE TABLE organization (key, id, active, inactive, trail_length, trail_hash BLOB, checkpoint_length, checkpoint_hash);"
        "CREATE TABLE integration (id, organization, title, version, is_active);"
        "CREATE TABLE deleted (id, organization, version);"
        "CREATE TABLE event (organization, sequence, entity, salt, digest, hash, body);")
    text = "convert_from({}, 'UTF8')".format
    hexadecimal = "encode({}, 'hex')".format
    name = hexadecimal("organization")
    for table, sql, numbers, blobs in [
        ("organization", f"SELECT {hexadecimal('id')}, {text('id')}, active, inactive, trail_length, "
                         f"{hexadecimal('trail_hash')}, checkpoint_length, {hexadecimal('checkpoint_hash')} FROM organization",
         (2, 3, 4, 6), (5, 7)),
        ("integration", f"SELECT {hexadecimal('id')}, {name}, {text('title')}, version, is_active::int FROM integration",
         (3, 4), (0,)),
        ("deleted", f"SELECT {hexadecimal('id')}, {name}, version FROM deleted", (2,), (0,)),
        ("event", f"SELECT {name}, sequence, {hexadecimal('entity')}, {hexadecimal('salt')}, {hexadecimal('digest')}, "
                  f"{hexadecimal('hash')}, body FROM event", (1,), (2, 3, 4, 5)),
    ]:
        for row in database.query(sql):
            values = [None if value is None else int(value) if i in numbers else bytes.fromhex(value) if i in blobs else value
                      for i, value in enumerate(row)]
            copy.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    return copy


def check(database, chains):
    copy, found = mirror(database), {}
    violations = journal.row_violations(copy, ORGANIZATIONS, found) + journal.chain_violations(chains, found)
    violations += trail.faults_of(copy)
    copy.close()
    return violations


def make_standby(primary):
    """From then on, the primary acknowledges what the standby has."""
    standby = server.Server(primary=primary)
    standby.start()
    primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.query("SELECT pg_reload_conf()")
    end = time.monotonic() + EVENT_SECONDS
    while primary.query("SELECT sync_state FROM pg_stat_replication") != [["sync"]]:
        if time.monotonic() > end:
            raise AssertionError("the standby does not become synchronous")
        time.sleep(0.02)
    return standby


def run_round(command, number, primary, standby, chains):
    """Returns for how long nothing was acknowledged, and how many answers there were."""
    url = (f"postgresql://integrations@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
           "?target_session_attrs=read-write&sslmode=disable&gssencmode=disable")
    gateways = [Gateway([*command, url, f"r{number}{gateway}", str(ORGANIZATIONS)]) for gateway in range(GATEWAYS)]
    try:
        for gateway in gateways:
            gateway.await_answers()
        primary.stop(signal.SIGKILL)
        standby.promote()
        for gateway in gateways:
            gateway.await_answers()
    finally:
        for gateway in gateways:
            gateway.kill()
    for gateway in gateways:
        journal.listen(chains, gateway.lines)
    times = sorted(time for gateway in gateways for time in gateway.acknowledged)
    return max(after - before for before, after in zip(times, times[1:])), len(times)


def main(*command):
    chains, servers = {}, [server.Server()]
    servers[0].start()
    print(f"1..{ROUNDS}")
    try:
        for number in range(1, ROUNDS + 1):
            primary = servers[-1]
            servers.append(make_standby(primary))
            pause, answers = run_round(command, number, primary, servers[-1], chains)
            violations = check(servers[-1], chains)
            for violation in violations[:10]:
                print(f"# {violation}")
            print("not ok" if violations else "ok",
                  f"{number} - the primary is killed: {answers} answers, none for {pause * 1000:.0f} ms", flush=True)
    finally:
        for each in servers:
            each.__exit__()


main(*sys.argv[1:])
