#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the whole of the suite `faults`, of which tests/run.sh runs a part: every call fails, not
# every third. Needs the build that tests/run.sh sets up; BUILD names another, such as build/asan.
set -eu
cd "$(dirname "$0")/../.."
ninja -C "${BUILD:-build}" >/dev/null
FAULTS_WHOLE=1 exec meson test -C "${BUILD:-build}" --no-rebuild --suite faults --verbose
