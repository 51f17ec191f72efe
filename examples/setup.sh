#!/bin/sh
# SPDX-License-Identifier: MIT
# setup.sh [PACKAGE…]: installs the packages needed to build, run and test, and the Debian packages named.
# Does nothing if all are installed.
set -eu

packages='build-essential ca-certificates pkg-config meson ninja-build python3 libjansson-dev libsqlite3-dev libsodium-dev
libicu-dev libcriterion-dev'

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# True if Node 18 or later with npm and headers is installed, from any source. Otherwise Debian's is installed.
has_node() {
    command -v node >/dev/null && command -v npm >/dev/null || return 1
    node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' || return 1
    prefix=$(node -p 'require("path").resolve(process.execPath, "../..")')
    [ -e "$prefix/include/node/node_api.h" ] || [ -e /usr/include/node/node_api.h ] ||
        [ -e /usr/include/nodejs/src/node_api.h ]
}

if ! command -v apt-get >/dev/null; then
    if command -v meson >/dev/null && command -v pkg-config >/dev/null && has_node &&
        pkg-config --exists jansson sqlite3 libsodium icu-i18n criterion; then
        [ $# -eq 0 ] || echo "Not checked, because there is no apt-get: $*" >&2
        exit 0
    fi
    cat >&2 <<END
This system has no apt-get. Install a C compiler, pkg-config, Meson 1.0 or later, Ninja, Python 3, Node.js 18 or later with npm
and headers, and the development files of jansson, SQLite 3.40, libsodium, ICU and Criterion 2.4. Then run this script again.
END
    exit 1
fi

missing=
for package in $packages "$@"; do
    is_installed "$package" || missing="$missing $package"
done
if ! has_node; then
    missing="$missing nodejs npm libnode-dev"
fi
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Missing:$missing. Install them as root, or install sudo." >&2; exit 1; }
    sudo=sudo
fi
echo "Installing:$missing" >&2
case $missing in
*postgresql*) # Without a cluster of its own, which would listen: those who need a server make a private one.
    $sudo mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' |
        $sudo tee /etc/postgresql-common/createcluster.d/no-main-cluster.conf >/dev/null
    ;;
esac
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086 # A list of words.
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
case $missing in
*pgbouncer*) # Likewise: nobody has configured it yet.
    $sudo systemctl disable -q pgbouncer 2>/dev/null || true
    $sudo systemctl stop pgbouncer 2>/dev/null || true
    ;;
esac
