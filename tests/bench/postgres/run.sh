#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark on PostgreSQL, prints a table, and writes it to build/bench/postgres. --help says more.
set -eu
cd "$(dirname "$0")/../../.."

case "${1-}" in
'') ;;
-h | --help)
    cat <<'END'
Usage: ./tests/bench/postgres/run.sh

Builds a release into build/bench, starts a private PostgreSQL server, measures gateways on it, which
takes about five minutes, prints the table, and writes build/bench/postgres/report.json and report.md.
tests/bench/README.md explains the figures.

Variables:
  ROWS   integrations in the database; default 100000
END
    exit 0
    ;;
*)
    echo "run.sh: unknown argument '$1'; see --help" >&2
    exit 2
    ;;
esac

ROWS=${ROWS:-100000}
build=$PWD/build/bench
out=$build/postgres

./examples/setup.sh libpq-dev postgresql
if [ -e "$build/build.ninja" ]; then
    meson configure "$build" -Dpostgres=enabled >/dev/null
else
    meson setup "$build" --buildtype=release -Dtests=enabled -Dpostgres=enabled >/dev/null
fi
ninja -C "$build" tests/bench/postgres/bench plugin/integrations.so examples/node-host/gql_binding.node \
    >"$build/compile.log" || { cat "$build/compile.log" >&2; exit 1; }
./examples/npm-ci.sh examples demo-host demo
./examples/npm-ci.sh tests/bench/http
mkdir -p "$out/data"

python3 tests/bench/postgres/measure.py "$build" "$out/data" "$ROWS" >"$out/figures.jsonl"
python3 tests/bench/report.py "$out/figures.jsonl" "$out" "$ROWS"
