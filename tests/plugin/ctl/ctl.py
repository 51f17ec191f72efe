# SPDX-License-Identifier: MIT
"""What the tests of integrationsctl share. The paths of programs are in the environment."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import resource
import signal
import sqlite3
import struct
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[2] / "support"))
import tap  # noqa: E402
from tap import test  # noqa: E402, F401 Tests take it from here.

CTL, GATEWAY, WRITER, PLUGIN, VAULTCTL = (
    os.environ[name] for name in ["CTL", "GATEWAY", "WRITER", "PLUGIN", "VAULTCTL"])
NOBODY = 65534
F_OFD_SETLK = 37
# A schema that this plugin may not use.
NEWER = "PRAGMA user_version = 99; DELETE FROM setting WHERE name = 'oldest_reader'"


def folder_of(root, organization):
    """The folder of an organization whose ID is its own name (tenant_name.h)."""
    digest = hashlib.blake2b(organization.encode(), digest_size=32).hexdigest()
    return pathlib.Path(root) / digest[:2] / organization


class Gateway:
    def __init__(self, database, **more):
        config = {"database": database, **more}
        self.process = subprocess.Popen([GATEWAY, PLUGIN, json.dumps(config)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def call(self, field, arguments, selection=None):
        request = {"field": field, "arguments": arguments, "selection": selection}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the gateway ended: {self.process.wait()}"
        return json.loads(line)

    def create(self, organization, title, **more):
        """The ID, or the code of the error."""
        given = {"organizationId": organization, "title": title, **more}
        said = self.call("integrationCreate", {"input": given}, "integration { id }")
        return said["error"] if "error" in said else said["integration"]["id"]

    def update(self, identifier, version, **more):
        given = {"id": identifier, "version": version, **more}
        return self.call("integrationUpdate", {"input": given}, "integration { version }")

    def delete(self, identifier, version):
        given = {"id": identifier, "version": version}
        return self.call("integrationDelete", {"input": given}, "deletedId")

    def titles(self, organization):
        """Those of the first page, or the code of the error."""
        said = self.call("integrations", {"organizationId": organization, "first": 100},
                         "nodes { title }")
        return said["error"] if "error" in said else [node["title"] for node in said["nodes"]]

    def claim(self, consumer, **more):
        """The next batch, or None."""
        batch, left = None, True
        while batch is None and left:
            said = self.call("claim", {"consumer": consumer, **more})
            batch, left = said["batch"], said["hasMore"]
        return batch

    def acknowledge(self, consumer, batch, **more):
        return self.call("acknowledge", {"consumer": consumer, "position": batch["position"],
                                         **{name: batch[name] for name in ["organizationId", "lease"]}, **more})

    def take_all(self, consumer, **more):
        """Claims all events and acknowledges them: the sequences by organization."""
        taken = {}
        while batch := self.claim(consumer, **more):
            sequences = [event["sequence"] for event in batch["events"]]
            taken.setdefault(batch["organizationId"], []).extend(sequences)
            assert self.acknowledge(consumer, batch) == {}
        return taken

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(60)
        assert code == 0, f"the gateway ended with {code}"

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def gateway(database, **more):
    running = Gateway(database, **more)
    try:
        yield running
    except BaseException:
        running.kill()
        raise
    running.close()


class Vault:
    def __init__(self, folder):
        self.keyring, self.secret = str(folder / "keyring.json"), str(folder / "secret.paserk")
        self.run("keygen", "--keyring", self.keyring, "--secret", self.secret)

    def run(self, *arguments):
        return subprocess.run([VAULTCTL, *arguments], check=True, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "VAULT_PASSPHRASE": "test"}, timeout=60).stdout.strip()

    def issue(self, *more, aud="acme"):
        return self.run("issue", "--secret", self.secret, "--aud", aud, "--sub", "kv/a", *more)


def unsigned_token(**claims):
    """A token that nobody signed."""
    payload = json.dumps(claims).encode() + bytes(64)
    return "v4.public." + base64.urlsafe_b64encode(payload).rstrip(b"=").decode()


class Scratch:
    """A folder with what a test needs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.database = str(self.folder / "integrations.db")
        self.root = str(self.folder / "tenants")

    def run(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL,
                   "text": True, "timeout": 60, **options}
        return subprocess.run([CTL, *map(str, arguments)], **options)

    def expect(self, code, *arguments, **options):
        result = self.run(*arguments, **options)
        told = f"{arguments}: {result.returncode}, not {code}: {result.stdout}{result.stderr}"
        assert result.returncode == code, told
        return result

    def json(self, code, *arguments):
        """The objects that the command prints with --json."""
        return [json.loads(line)
                for line in self.expect(code, *arguments, "--json").stdout.splitlines()]

    def make(self, organizations=("acme", "globex"), count=3):
        """A database, closed. Returns the IDs by organization."""
        with gateway({"path": self.database}) as running:
            return {name: [running.create(name, f"{name} {i}") for i in range(count)]
                    for name in organizations}

    def make_root(self, organizations=("acme", "globex"), count=3):
        os.makedirs(self.root, exist_ok=True)
        with gateway({"root": self.root}) as running:
            return {name: [running.create(name, f"{name} {i}") for i in range(count)]
                    for name in organizations}

    def tenant(self, organization):
        return folder_of(self.root, organization) / "integrations.db"

    def names(self, folder=None):
        return sorted(path.name for path in pathlib.Path(folder or self.folder).iterdir())


def sql(path, script):
    """Changes a database behind the plugin's back."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def query(path, statement):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


MIGRATIONS = pathlib.Path(__file__).parents[3] / "plugin/store/sqlite/migrations"


def make_older(path, schema):
    """Gives a database, which is closed, the schema that a former version made; its rows stay."""
    path = pathlib.Path(path)
    newer = path.with_name("newer.db")
    path.rename(newer)
    sql(path, "".join(file.read_text() for file in sorted(MIGRATIONS.iterdir())[:schema]))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"ATTACH '{newer}' AS newer")
        connection.execute("DELETE FROM newer.setting WHERE name = 'oldest_reader'")
        for table in ["setting", "organization", "integration", "event"]:
            columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")
                       if row[1] not in ("active", "inactive")]
            if columns:
                names = ", ".join(columns)
                connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM newer.{table}")
        connection.execute(f"PRAGMA user_version = {schema}")
        connection.execute("PRAGMA application_id = 0x494E5447")
        connection.execute("PRAGMA journal_mode = WAL")
    newer.unlink()


def schema_of(path):
    return query(path, "PRAGMA user_version")[0][0]


SCHEMA = len(list(MIGRATIONS.iterdir()))


def first_event(organization, body):
    """An event that begins an organization's trail: its columns in hexadecimal."""
    def blake(data, **more):
        return hashlib.blake2b(data, digest_size=32, **more).digest()
    entity, salt = bytes(16), bytes(range(16))
    digest = blake(body.encode(), key=salt)
    before = blake(b"integrations.so trail 1\n" + organization.encode())
    link = blake(before + (1).to_bytes(8, "big") + entity + digest)
    return {"entity": entity.hex(), "salt": salt.hex(), "digest": digest.hex(), "hash": link.hex()}


# Bodies that can't be those of acme's events.
FOREIGN_BODIES = ["[]", "x", "", "7", "null", "{}", '{"organizationId": "globex"}', '{"organizationId": 7}',
                  '{"organizationId": "acme\\u0000"}', '[{"organizationId": "acme"}]']


def until(condition, what, seconds=20):
    """Waits for an event."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def as_nobody():
    """Options of a run by a user who owns nothing of what the test has made."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def titles(path):
    return sorted(title for title, in query(path, "SELECT title FROM integration"))


def kept_beside(path):
    path = pathlib.Path(path)
    return sorted(each for each in path.parent.glob(f"{path.name}.before-*")
                  if not each.name.endswith(("-wal", "-shm")))


def small_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768))


def lock(path, kind):
    """A lock as another process has it (F_OFD_SETLK), until the file is closed."""
    file = open(path, "r+")
    fcntl.fcntl(file, F_OFD_SETLK, struct.pack("hhqqi4x", kind, 0, 0, 0, 0))
    return file


def main():
    tap.run(Scratch)
