#!/bin/sh
# SPDX-License-Identifier: MIT
# npm-ci.sh FOLDER [WORKSPACE]…: installs the packages of a folder's lockfile, or only those that the given
# workspaces need. Does nothing if they are installed from this lockfile. Packages installed before stay.
set -eu
cd "$1"
shift
stamp=node_modules/.lockfile-sum # Line 1: the lockfile's sum. Line 2: the installed workspaces, or "all".
sum=$(cat package.json package-lock.json | cksum)
installed=
[ -e "$stamp" ] && [ "$(sed -n 1p "$stamp")" = "$sum" ] && installed=$(sed -n 2p "$stamp")

wanted=all
if [ $# -gt 0 ]; then
    wanted=$installed
    for name; do
        case " $installed " in *" all "* | *" $name "*) ;; *) wanted="${wanted:+$wanted }$name" ;; esac
    done
fi
[ -n "$installed" ] && { [ "$installed" = "$wanted" ] || [ "$installed" = all ]; } && exit 0

set -- # `npm ci` without --workspace installs all.
[ "$wanted" = all ] || for name in $wanted; do set -- "$@" --workspace "$name"; done
echo "Installing the packages of $(basename "$PWD") ($wanted) …" >&2
npm ci --silent --no-progress "$@"
printf '%s\n%s\n' "$sum" "$wanted" >"$stamp"
