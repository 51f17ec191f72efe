# SPDX-License-Identifier: MIT
"""
Runs Criterion programs against a private PostgreSQL server, which is started once for all of them:
run.py [--pooler] PROGRAM…. Prints TAP. The programs find the server by POSTGRES_URL; if POSTGRES_POOLED is set, through
PgBouncer, which pools transactions.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import server  # noqa: E402

PROGRAM_SECONDS = 240


def results_of(program, environment):
    """Lines of TAP without numbers, each with the comments that follow it."""
    result = subprocess.run([program, "--output=tap:-", "--jobs=4"], env=environment, capture_output=True, text=True,
                            timeout=PROGRAM_SECONDS)
    name = pathlib.Path(program).name
    found = [(match[1], f"{name} {match[2]}\n" + re.sub(r"^", "# ", match[3].rstrip(), flags=re.M) + "\n") for match in
             re.finditer(r"^(ok|not ok) - (.*)\n((?:(?!ok|not ok).*\n)*)", result.stdout, re.M)]
    if not found or (result.returncode != 0 and all(verdict == "ok" for verdict, _ in found)):
        output = (result.stdout + result.stderr).replace("\n", "\n# ")
        found.append(("not ok", f"{name} ends with {result.returncode}\n# {output}\n"))
    return found


def results_of_all(programs, **variables):
    environment = {**os.environ, "DATABASE": "url", **variables}
    return [result for program in programs for result in results_of(program, environment)]


def main(*arguments):
    with server.Server() as database:
        if arguments[0] == "--pooler":
            with server.Pooler(database) as pooler:
                results = results_of_all(arguments[1:], POSTGRES_URL=pooler.url, POSTGRES_POOLED="1")
        else:
            results = results_of_all(arguments, POSTGRES_URL=database.url)
    for number, (verdict, text) in enumerate(results, 1):
        print(f"{verdict} {number} - {text}", end="")
    print(f"1..{len(results)}")


main(*sys.argv[1:])
