#!/bin/sh
# SPDX-License-Identifier: MIT
# fetch.sh FOLDER: puts Debian's prometheus and promtool into FOLDER, unless they are there. The package is
# unpacked and not installed: so there is no service of it that begins to run, and no user that is added.
set -eu

[ $# -eq 1 ] || { echo 'Usage: fetch.sh FOLDER' >&2; exit 2; }
if [ -x "$1/prometheus" ] && [ -x "$1/promtool" ]; then
    exit 0
fi
command -v apt-get >/dev/null || { echo "There is no apt-get: put prometheus and promtool into $1" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download -qq prometheus 2>/dev/null || {
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    apt-get download -qq prometheus
}
dpkg-deb -x prometheus_*.deb unpacked
cd - >/dev/null
mkdir -p "$1"
mv "$work/unpacked/usr/bin/prometheus" "$work/unpacked/usr/bin/promtool" "$1/"
