#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: elf.sh [BUILD [COUNT [SEED]]]
#
# Opens COUNT damaged copies (default: 20,000) of each plugin that the build has, hello.so and
# integrations.so, with gql_library_open. Fails if one crashes its process, and keeps that copy.
set -eu
build=${1:-build}
count=${2:-20000}
seed=${3:-$RANDOM}
echo "# seed $seed"
for plugin in examples/hello/hello.so plugin/integrations.so; do
    "$build/tests/abi/elf_mutations" "$build/$plugin" "$count" "$seed"
done
