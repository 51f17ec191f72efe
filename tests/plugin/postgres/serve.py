# SPDX-License-Identifier: MIT
"""
serve.py DATABASE…: a server with these databases, until the standard input ends. Prints the URL of the server, to which the
name of a database is appended.
"""

import sys

sys.dont_write_bytecode = True
import server  # noqa: E402


def main(*databases):
    with server.Server() as database:
        for name in databases:
            database.query(f'CREATE DATABASE "{name}"')
        print(database.url.partition("?")[0].rpartition("/")[0] + "/", flush=True)
        sys.stdin.read()


main(*sys.argv[1:])
