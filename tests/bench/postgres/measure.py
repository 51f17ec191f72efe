# SPDX-License-Identifier: MIT
"""
Measures on a private server, whose commits are durable: measure.py BUILD FOLDER ROWS. BUILD is the build folder. Prints a
line of JSON for each figure; FOLDER is for what is made meanwhile.
"""

import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
root = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(root / "tests/plugin/postgres"))
import server  # noqa: E402

SETTINGS = """
fsync = on
shared_buffers = 512MB
max_wal_size = 4GB
checkpoint_timeout = 1h
autovacuum = off
"""


def url_of(database, name):
    return database.url.replace("/postgres?", f"/{name}?")


def main(build, folder, rows):
    plugin = f"{build}/plugin/integrations.so"
    with server.Server(SETTINGS) as database:
        database.query("CREATE DATABASE bench")
        subprocess.run([f"{build}/tests/bench/postgres/bench", plugin, folder, rows, url_of(database, "bench")], check=True)
        print("Measuring over HTTP …", file=sys.stderr)
        binding = {"GQL_BINDING": f"{build}/examples/node-host/gql_binding.node"}
        subprocess.run(["node", root / "tests/bench/http/load.mjs", folder, rows, plugin, url_of(database, "bench")], check=True,
                       env={**os.environ, **binding})


main(*sys.argv[1:])
