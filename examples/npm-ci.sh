#!/bin/sh
# SPDX-License-Identifier: MIT
# npm-ci.sh FOLDER: installs the packages of a folder's lockfile, unless that was done for this very lockfile.
set -eu
cd "$1"
stamp=node_modules/.lockfile-sum
sum=$(cat package.json package-lock.json | cksum)
[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && exit 0
echo "Installing the packages of $1 …" >&2
npm ci --silent --no-progress
echo "$sum" >"$stamp"
