# SPDX-License-Identifier: MIT
"""with_server.py COMMAND…: runs a command, whose last argument is then the URL of a server that is private to it."""

import subprocess
import sys

import server

with server.Server() as database:
    code = subprocess.run([*sys.argv[1:], database.url]).returncode
sys.exit(code)
