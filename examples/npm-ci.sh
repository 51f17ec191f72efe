#!/bin/sh
# SPDX-License-Identifier: MIT
# npm-ci.sh FOLDER [WORKSPACE]…: installs the packages of a folder's lockfile, or only what these workspaces of it need, unless
# that was done for this very lockfile. What was installed before stays.
set -eu
cd "$1"
shift
stamp=node_modules/.lockfile-sum # The sum, then what is installed: names of workspaces, or "all".
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

set -- # `npm ci` knows no "all": no workspace stands for it.
[ "$wanted" = all ] || for name in $wanted; do set -- "$@" --workspace "$name"; done
echo "Installing the packages of $(basename "$PWD") ($wanted) …" >&2
npm ci --silent --no-progress "$@"
printf '%s\n%s\n' "$sum" "$wanted" >"$stamp"
