#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the whole of the suite `faults`, of which tests/run.sh runs a part. --help says more.
set -eu
cd "$(dirname "$0")/../.."

case "${1-}" in
'') ;;
-h | --help)
    cat <<'END'
Usage: tests/faults/run.sh

Lets every call fail in turn, and prints how many there were of each kind, and what failed; then tries
4,000 damaged files, and prints what became of them. Takes some ten minutes, and the build that
tests/run.sh sets up; the variable BUILD names another, such as build/asan, in which allocations are
not tried.
END
    exit 0
    ;;
*)
    echo "run.sh: unknown argument '$1'; see --help" >&2
    exit 2
    ;;
esac

build=${BUILD:-build}
ninja -C "$build" >/dev/null
FAULTS_WHOLE=1 exec meson test -C "$build" --no-rebuild --suite faults --verbose
