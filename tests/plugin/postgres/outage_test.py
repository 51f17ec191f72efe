# SPDX-License-Identifier: MIT
"""
A server that is not there yet, is stopped, crashes, hangs, has no room: outage_test.py PROGRAM, which is outage.c. Calls end, the
state says why, and service is back by itself. Prints TAP.
"""

import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import server  # noqa: E402

EVENT_SECONDS = 60


class Gateway:
    def __init__(self, program, url):
        self.process = subprocess.Popen([program, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def await_health(self, wanted):
        """Waits until the state is that, without any other call."""
        end = time.monotonic() + EVENT_SECONDS
        while not (found := self.ask("health")).startswith(wanted):
            if time.monotonic() > end:
                raise AssertionError(f"the state stays {found}")
            time.sleep(0.02)
        return found

    def close(self):
        self.process.stdin.close()
        return self.process.wait(EVENT_SECONDS)


def expect(found, wanted, when):
    if not found.startswith(wanted):
        raise AssertionError(f"{when}: {found}, not {wanted}")


def check_start(gateway, database):
    """The gateway is there before the server."""
    expect(gateway.ask("health"), "2 ", "before the server starts")
    expect(gateway.ask("create"), "unreachable", "before the server starts")
    database.start()
    gateway.await_health("0")
    expect(gateway.ask("create"), "done", "after the server has started")


def check_outage(gateway, database, how):
    before = int(gateway.ask("count"))
    database.stop(how)
    expect(gateway.ask("create"), "unreachable", "without the server")
    expect(gateway.ask("count"), "-1", "without the server")
    expect(gateway.await_health("2"), "2 ", "without the server")
    database.start()
    gateway.await_health("0")
    expect(gateway.ask("count"), str(before), "with the server again")
    expect(gateway.ask("create"), "done", "with the server again")


def check_idle_outage(gateway, database):
    """Nobody calls while the server is gone."""
    database.stop()
    gateway.await_health("2")
    database.start()
    gateway.await_health("0")


def check_hang(gateway, database):
    """All processes of the server stand still: it takes connections, and answers none."""
    before = int(gateway.ask("count"))
    database.signal_all(signal.SIGSTOP)
    try:
        answer = gateway.ask("create")
        if not answer.startswith(("unreachable", "unknown")):
            raise AssertionError(f"the server hangs: {answer}")
        gateway.await_health("2")
    finally:
        database.signal_all(signal.SIGCONT)
    gateway.await_health("0")
    expect(gateway.ask("create"), "done", "with the server again")
    after = int(gateway.ask("count"))
    if after not in [before + 1, before + 2] or (after == before + 2 and answer.startswith("unreachable")):
        raise AssertionError(f"there were {before}, and are {after} after: {answer}")


def check_full_disk(gateway, database):
    """Changes are rejected; what was acknowledged is there when there is room again."""
    before, done, answer = int(gateway.ask("count")), 0, "done"
    filler = database.fill()
    end = time.monotonic() + EVENT_SECONDS
    while answer.startswith("done") and time.monotonic() < end:
        answer = gateway.ask("create")
        done += answer.startswith("done")
    if not answer.startswith(("full", "unreachable")):
        raise AssertionError(f"with a full disk: {answer}")
    filler.unlink()
    if database.process.poll() is not None:
        database.start()
    if (found := int(gateway.ask("count"))) != before + done:
        raise AssertionError(f"there were {before}, {done} were created, and {found} are there")
    if answer.startswith("full"):
        expect(gateway.await_health("1"), "1 A change failed, and none has succeeded since", "after a full disk")
    else:
        gateway.await_health("0")
    expect(gateway.ask("create"), "done", "with room again")
    gateway.await_health("0")
    print(f"# {done} were created, then: {answer}")


def main(program):
    may_mount = server.may_mount()
    database = server.Server(megabytes=120 if may_mount else None)
    gateway = Gateway(program, database.url)
    checks = [
        ("a gateway that starts before its server serves when that is there", check_start),
        ("a server that is stopped and started again", lambda *all: check_outage(*all, signal.SIGINT)),
        ("a server that crashes and is started again", lambda *all: check_outage(*all, signal.SIGQUIT)),
        ("a server that is gone while nobody calls", check_idle_outage),
        ("a server that hangs", check_hang),
        ("a server whose disk is full", check_full_disk if may_mount else None),
    ]
    print(f"1..{len(checks) + 1}")
    try:
        for number, (title, check) in enumerate(checks, 1):
            try:
                if check is None:
                    print(f"ok {number} - {title} # SKIP no small disk can be made here: that takes root")
                    continue
                check(gateway, database)
                print(f"ok {number} - {title}")
            except AssertionError as error:
                print(f"not ok {number} - {title}\n# {error}")
        print("ok" if gateway.close() == 0 else "not ok", f"{len(checks) + 1} - the gateway ends")
    finally:
        database.__exit__()


main(*sys.argv[1:])
