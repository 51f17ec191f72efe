# SPDX-License-Identifier: MIT
"""A PostgreSQL server of the tests' own: private, on 127.0.0.1, as an unprivileged user."""

import getpass
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = 32MB
fsync = off
ssl = off
log_min_messages = fatal
wal_retrieve_retry_interval = 100ms
"""


def program(name):
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which(name) or next((str(path / name) for path in reversed(folders) if (path / name).exists()), None)
    if found is None:
        raise SystemExit(f"There is no {name}: install the package postgresql")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def may_mount():
    """Whether a disk of some size can be made: root may, but not in every container."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode == 0
        return mounted and subprocess.run(["umount", folder]).returncode == 0


def identity_of(user):
    """For subprocess: servers refuse root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Server:
    """
    `with Server() as server`: its URL is `server.url`. With `primary`, a standby of that one, which runs; with
    `megabytes`, on a disk of that size, if may_mount(). `files` are copied to its data.
    """

    def __init__(self, settings="", files=(), primary=None, megabytes=None):
        self.user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="integrations-postgres-"))
        self.disk = megabytes is not None
        if self.disk:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.folder], check=True)
        self.data = self.folder / "data"
        self.port = free_port()
        self.url = f"postgresql://integrations@127.0.0.1:{self.port}/postgres?sslmode=disable&gssencmode=disable"
        self.process = None
        self.identity = identity_of(self.user)
        shutil.chown(self.folder, self.identity.get("user"), self.identity.get("group", -1))
        if primary is None:
            self.run("initdb", "--username=integrations", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        else:
            self.run("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", primary.url)
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write(f"{SETTINGS}port = {self.port}\nunix_socket_directories = '{self.folder}'\n{settings}\n")

        for file in files:
            shutil.copy(file, self.data)
            shutil.chown(self.data / file.name, self.identity.get("user"), self.identity.get("group", -1))
            (self.data / file.name).chmod(0o600)

        if primary is None:
            hba = self.data / "pg_hba.conf"
            hba.write_text("host all locked all scram-sha-256\n" + hba.read_text())

    def run(self, name, *arguments):
        result = subprocess.run([program(name), "-D", self.data, *arguments], cwd=self.folder, capture_output=True,
                                text=True, timeout=START_SECONDS, **self.identity)
        if result.returncode != 0:
            raise SystemExit(f"{name} failed: {result.stderr}")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([program("postgres"), "-D", self.data], cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, **self.identity)
        end = time.monotonic() + START_SECONDS
        while subprocess.run([program("pg_isready"), "-q", "-d", self.url]).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"The server did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT: ends all sessions; SIGQUIT: as after a crash; SIGKILL: its processes end when they notice."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
        self.process = None

    def signal_all(self, how):
        """To the server and all its processes."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in [self.process.pid, *map(int, children)]:
            os.kill(pid, how)

    def fill(self):
        """Leaves no room on the disk, until the file that this returns is removed."""
        filler = self.folder / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                return filler

    def promote(self):
        self.run("pg_ctl", "promote", "--silent")

    def query(self, sql, url=None):
        """The rows, each a list of texts; what is NULL is None. `url`: of another database."""
        result = subprocess.run([program("psql"), "-qXAt", "-v", "ON_ERROR_STOP=1", "-P", "null=\\N", "-F", "\t", "-c", sql,
                                 url or self.url], capture_output=True, text=True, timeout=START_SECONDS)
        if result.returncode != 0:
            raise SystemExit(f"{sql}: {result.stderr}")
        return [[None if value == "\\N" else value for value in line.split("\t")] for line in result.stdout.splitlines()]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.disk:
            subprocess.run(["umount", self.folder], check=True)
        shutil.rmtree(self.folder)


class Pooler:
    """PgBouncer before a server, which pools transactions: `with Pooler(server) as pooler`. It needs the server no more."""

    SETTINGS = """
[databases]
* = host=127.0.0.1 port={server.port} user=integrations
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 300
server_idle_timeout = 2
log_connections = 0
log_disconnections = 0
"""

    def __init__(self, database):
        self.port = free_port()
        self.folder = database.folder
        self.identity = database.identity
        self.url = f"postgresql://integrations@127.0.0.1:{self.port}/postgres?sslmode=disable&gssencmode=disable"
        (self.folder / "pgbouncer.ini").write_text(self.SETTINGS.format(server=database, port=self.port))

    def __enter__(self):
        bouncer = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if bouncer is None:
            raise SystemExit("There is no pgbouncer: install the package pgbouncer")
        with open(self.folder / "pgbouncer.log", "ab") as log:
            self.process = subprocess.Popen([bouncer, self.folder / "pgbouncer.ini"], cwd=self.folder, stdout=log, stderr=log,
                                            **self.identity)
        end = time.monotonic() + START_SECONDS
        while subprocess.run([program("pg_isready"), "-q", "-d", self.url]).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"PgBouncer did not start: {(self.folder / 'pgbouncer.log').read_text()}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(START_SECONDS)
