#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets in build/fuzz and runs them: tests/fuzz/run.py --help says more.
set -eu
cd "$(dirname "$0")/../.."

case " $* " in
*" -h "* | *" --help "*) ;;
*)
    ./examples/setup.sh clang-14 libclang-rt-14-dev llvm-14
    mkdir -p build
    [ -e build/fuzz/build.ninja ] ||
        CC=clang-14 meson setup build/fuzz -Dfuzz=true -Dtests=disabled -Drust=disabled \
            -Db_sanitize=address,undefined -Db_lundef=false >build/setup.log 2>&1 ||
        { cat build/setup.log >&2; exit 1; }
    ninja -C build/fuzz fuzzers >build/fuzz/build.log 2>&1 || { tail -n 40 build/fuzz/build.log >&2; exit 1; }
    ;;
esac
exec python3 tests/fuzz/run.py "$@"
