#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs every test: plain, under sanitizers, and end to end. The last line is `N passed, N failed`.
# --help says more.
set -u
cd "$(dirname "$0")/.." || exit 1

case "${1-}" in
'') ;;
-h | --help)
    cat <<'END'
Usage: ./tests/run.sh

Installs missing packages, builds the project and runs every suite. Ends with `N passed, N failed`;
the exit status is 1 if a test failed or none ran.

  build/                        plain build
  build/asan, build/tsan        builds with AddressSanitizer and UBSan, and with ThreadSanitizer
  build/fuzz                    fuzz targets, and the inputs that made one fail
  build/test-logs               logs of all suites
  build/conformance/report.md   results of the conformance suite, for every host

tests/README.md shows how to run a single suite.
END
    exit 0
    ;;
*)
    echo "run.sh: unknown argument '$1'; see --help" >&2
    exit 2
    ;;
esac

logs=build/test-logs

ruby_packages="$(cat examples/ruby/debian-packages) ruby-minitest"
postgres_packages='libpq-dev pgbouncer postgresql'
# Without chromium, only the browser suite fails.
# shellcheck disable=SC2086 # A list of words, also below.
./examples/setup.sh abigail-tools chromium clang-format minisign rustc systemd valgrind $ruby_packages $postgres_packages ||
    ./examples/setup.sh abigail-tools clang-format minisign rustc systemd valgrind $ruby_packages $postgres_packages || exit 1
mkdir -p build

# configure FOLDER OPTION…: sets up a build folder unless it exists.
configure() {
    folder=$1
    shift
    if [ ! -e "$folder/build.ninja" ]; then
        meson setup "$folder" -Dtests=enabled -Dpostgres=enabled "$@" >build/setup.log 2>&1 || { cat build/setup.log; exit 1; }
    else
        # A folder of a version that lacked an option does not know it yet.
        meson configure "$folder" -Dtests=enabled -Dpostgres=enabled >/dev/null 2>&1 ||
            meson setup --reconfigure "$folder" -Dtests=enabled -Dpostgres=enabled >/dev/null
    fi
}

fail() {
    echo "FAILED: $1"
    echo "$1" >>"$logs/failures"
}

# c_suites NAME FOLDER MESON-TEST-ARGUMENT…: builds a folder and runs its suites.
c_suites() {
    name=$1
    folder=$2
    shift 2
    echo "== C suites, $name"
    if ! ninja -C "$folder" >"$logs/$name.build.log" 2>&1; then
        tail -n 40 "$logs/$name.build.log"
        fail "$name does not build"
        return
    fi
    rm -f "$folder/meson-logs/testlog.json"
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@" >"$logs/$name.log" 2>&1
    grep -E '^ *[0-9]+/[0-9]+ ' "$logs/$name.log"
    cp "$folder/meson-logs/testlog.json" "$logs/$name.json" || fail "$name ran nothing"
}

# A sanitizer's report is a failure even if the process exited with 0. So is an empty one: a sanitizer
# opens the file when it has something to report, and the process was killed before that was written. A
# process that has nothing to report leaves no file, also if a test kills it.
check_reports() {
    for report in "$logs"/sanitizer.*; do
        [ -e "$report" ] || continue
        [ -s "$report" ] || echo 'The report is empty: its process was killed as it began to write it.'
        cat "$report"
        fail "a sanitizer reported: $report"
    done
}

# tap_suite NAME COMMAND…: runs a command that prints TAP.
tap_suite() {
    name=$1
    shift
    echo "== $name"
    "$@" >"$logs/$name.tap" 2>"$logs/$name.err"
    grep -E '^ *(not )?ok ' "$logs/$name.tap"
}

# node_suite NAME FILE…: runs test files of node:test, which wait for whatever a test leaves open.
node_suite() {
    name=$1
    shift
    tap_suite "$name" timeout --kill-after=10 1800 node --test --test-reporter=tap "$@"
}

configure build
rm -rf "$logs"
mkdir -p "$logs"
: >"$logs/failures"
configure build/asan -Db_sanitize=address,undefined -Db_lundef=false
configure build/tsan -Db_sanitize=thread -Db_lundef=false
./examples/npm-ci.sh examples || fail 'installing the packages of examples'
./examples/npm-ci.sh tests/demo || fail 'installing the packages of tests/demo'
./examples/npm-ci.sh tests/schema || fail 'installing the packages of tests/schema'
./examples/npm-ci.sh tests/graphql-17 || fail 'installing the packages of tests/graphql-17'
./examples/npm-ci.sh tests/webhooks || fail 'installing the packages of tests/webhooks'
./examples/npm-ci.sh tests/browser || fail 'installing the packages of tests/browser'
./tests/prometheus/fetch.sh build/prometheus || fail 'unpacking Prometheus'
if [ -e tests/vault/interop/package.json ]; then
    ./examples/npm-ci.sh tests/vault/interop || fail 'installing the packages of tests/vault/interop'
fi

here=$PWD
suppressions=$here/tests/sanitizers
export ASAN_OPTIONS="log_path=$here/$logs/sanitizer.asan:log_exe_name=1:detect_stack_use_after_return=1"
export UBSAN_OPTIONS="log_path=$here/$logs/sanitizer.ubsan:log_exe_name=1:print_stacktrace=1"
export TSAN_OPTIONS="log_path=$here/$logs/sanitizer.tsan:log_exe_name=1:suppressions=$suppressions/tsan.supp"

c_suites plain build
c_suites asan build/asan
c_suites tsan build/tsan --suite stress

export VAULTCTL="$here/build/vault/vaultctl"
if [ -e tests/vault/interop/interop.test.mjs ]; then
    node_suite interop tests/vault/interop/interop.test.mjs
fi
node_suite node-host tests/node-host/*.test.mjs
node_suite node-host-package tests/node-host/package/*.test.mjs
tap_suite node-host-graphql-17 node tests/graphql-17/run.mjs node-host
tap_suite conformance-graphql-17 node tests/graphql-17/run.mjs conformance
node_suite schema tests/schema/*.test.mjs
node_suite demo tests/demo/*.test.mjs
node_suite webhooks tests/webhooks/*.test.mjs
node_suite prometheus tests/prometheus/*.test.mjs
node_suite gateways tests/gateways/*.test.mjs
node_suite conformance-runner tests/conformance/*.test.mjs
tap_suite conformance node tests/conformance/run.mjs
node_suite browser tests/browser/*.test.mjs # Screenshots: build/browser
tap_suite ruby /usr/bin/ruby tests/ruby/run.rb
tap_suite fuzz ./tests/fuzz/run.sh --tap
tap_suite documents node tests/fuzz/documents/run.mjs --documents 1000000 --seconds 20

# Again, with the binding and the plugin under sanitizers. Node and Ruby are not instrumented, so
# the sanitizers are preloaded, and the allocations of both look like leaks.
export BUILD="$here/build/asan"
GATEWAY_PRELOAD="$(cc -print-file-name=libasan.so) $(cc -print-file-name=libubsan.so)"
export GATEWAY_PRELOAD
ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" tap_suite node-host-asan \
    env LD_PRELOAD="$GATEWAY_PRELOAD" node --test --test-reporter=tap tests/node-host/*.test.mjs
ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" node_suite demo-asan tests/demo/*.test.mjs
ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" tap_suite conformance-asan \
    node tests/conformance/run.mjs --host demo
tap_suite ruby-asan \
    env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0:use_sigaltstack=0" LD_PRELOAD="$GATEWAY_PRELOAD" \
    /usr/bin/ruby tests/ruby/run.rb library runtime execution annex instances
check_reports

exec python3 tests/results.py "$logs"
