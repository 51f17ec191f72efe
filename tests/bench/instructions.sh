#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts the instructions of single operations, to compare two builds. --help says more.
set -eu

case "${1-}" in
-h | --help)
    cat <<'END'
Usage: ./tests/bench/instructions.sh PLUGIN.so

Prints the number of instructions that one call takes, in the plugin, the host library and the
libraries that they use:

  get                    integration(id) with a random ID, all fields
  page                   integrations(first: 100), all fields
  create                 integrationCreate with a token, one call at a time
  create-without-token   the same without a token to verify
  delete                 integrationDelete, one call at a time

Each figure is the difference of two runs under callgrind that differ only in the number of calls,
so start-up cancels out. It varies by less than 1%, even on a busy machine. To compare two builds,
run this once with each plugin: the program that measures stays the same, so a change of the host
library does not show.

Variables:
  BUILD   the build folder; default build/bench; set up if it is missing
  ROWS    rows of the database, which is created in a temporary folder; default 10000
END
    exit 0
    ;;
'' | -*)
    echo "instructions.sh: expected the path of a plugin; see --help" >&2
    exit 2
    ;;
esac

plugin=$(realpath "$1")
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build/bench}
ROWS=${ROWS:-10000}

[ -e "$plugin" ] || { echo "instructions.sh: $plugin does not exist" >&2; exit 1; }
if ! command -v valgrind >/dev/null; then
    echo 'instructions.sh: valgrind is missing; on Debian, install the package "valgrind"' >&2
    exit 1
fi
[ -e "$BUILD/build.ninja" ] || meson setup "$BUILD" --buildtype=release -Dtests=enabled >/dev/null
ninja -C "$BUILD" tests/bench/bench >/dev/null

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT INT TERM

bench() {
    "$@" "$BUILD/tests/bench/bench" "$plugin" "$data" "$ROWS" instructions "$kind" "$count"
}

# collected COUNT: the instructions of a whole run with so many calls.
collected() {
    count=$1
    if ! bench valgrind --tool=callgrind --callgrind-out-file=/dev/null >"$data/log" 2>&1; then
        cat "$data/log" >&2
        return 1
    fi
    sed -n 's/.*Collected : //p' "$data/log"
}

# figure KIND FEW MANY: the difference of two runs, divided by the difference of their calls.
figure() {
    kind=$1
    few=$(collected "$2")
    many=$(collected "$3")
    printf '%-21s %9d\n' "$kind" "$(((many - few) / ($3 - $2)))"
}

kind=get count=1
bench env 2>/dev/null # Creates the database.
figure get 2000 12000
figure page 100 400
figure create 200 1000
figure create-without-token 200 1000
figure delete 200 1000
