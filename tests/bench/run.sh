#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmark, prints tables, and writes build/bench/report.{json,md,svg}. --help says more.
set -eu
cd "$(dirname "$0")/../.."

case "${1-}" in
'') ;;
-h | --help)
    cat <<'END'
Usage: ./tests/bench/run.sh

Builds a release into build/bench, runs the benchmark, which takes about ten minutes, prints the
tables, and writes build/bench/report.json, report.md and report.svg. README.md in this folder
explains the figures.

Variables:
  ROWS   sizes of the databases; default "1000 100000 1000000"; the tables are for the last one
END
    exit 0
    ;;
*)
    echo "run.sh: unknown argument '$1'; see --help" >&2
    exit 2
    ;;
esac

ROWS=${ROWS:-1000 100000 1000000}
out=$PWD/build/bench
data=$out/data

./examples/setup.sh gnuplot-nox
[ -e "$out/build.ninja" ] || meson setup "$out" --buildtype=release -Dtests=enabled >/dev/null
ninja -C "$out" tests/bench/bench plugin/integrations.so examples/node-host/gql_binding.node \
    >"$out/compile.log" || { cat "$out/compile.log" >&2; exit 1; }
./examples/npm-ci.sh examples demo-host demo
./examples/npm-ci.sh tests/bench/http
mkdir -p "$data"

figures=$out/figures.jsonl
: >"$figures"
for rows in $ROWS; do
    echo "Measuring at $rows rows …" >&2
    "$out/tests/bench/bench" "$out/plugin/integrations.so" "$data" "$rows" >>"$figures"
done
"$out/tests/bench/bench" "$out/plugin/integrations.so" "$data" "$rows" memory >>"$figures"
echo 'Measuring over HTTP …' >&2
GQL_BINDING=$out/examples/node-host/gql_binding.node node tests/bench/http/load.mjs "$data" "$rows" \
    "$out/plugin/integrations.so" >>"$figures"
rm -f "$data"/written.db* "$data"/http-*.db*
python3 tests/bench/report.py "$figures" "$out" "$rows"
