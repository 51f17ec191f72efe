#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian package and installs it in a fresh chroot, with this machine's sources of packages. There, a
# vault issues a token, the plugin is checked, a plugin of one's own is made, and the gateway runs: for a try, and as
# a service of a systemd that is booted. Prints TAP. Needs root, and takes minutes, so that tests/run.sh leaves it
# out. Node and npm are this machine's.
set -eu
cd "$(dirname "$0")/../.."

./examples/setup.sh mmdebstrap
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
package=$(./examples/deploy/debian-package.sh "$folder" 2>"$folder/log") || { cat "$folder/log" >&2; exit 1; }
# shellcheck disable=SC1091 # VERSION_CODENAME.
. /etc/os-release
set -- # The sources that exist.
for sources in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    [ ! -s "$sources" ] || set -- "$@" "$sources"
done
apt-config dump Acquire | grep -E '^Acquire::(http|https|Retries)' >"$folder/apt.conf" || true

# What the last hook below runs, with the chroot as $1 and this folder as $2.
cat >"$folder/hook.sh" <<'END'
set -eu
root=$1
node=$(node -p process.execPath)
if ldd "$node" | grep -q libnode; then
    chroot "$root" apt-get install -qq -y --no-install-recommends nodejs npm
else
    mkdir -p "$root/usr/lib/node_modules"
    cp "$node" "$root/usr/bin/node"
    cp -a "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$root/usr/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
fi
[ -z "${NODE_EXTRA_CA_CERTS-}" ] || install -D "$NODE_EXTRA_CA_CERTS" "$root$NODE_EXTRA_CA_CERTS"
npm_config_registry=$(npm config get registry)
export npm_config_registry
timeout 1200 chroot "$root" sh /root/steps.sh install
served=0
"$2/boot.sh" "$root" 'sh /root/steps.sh serve' || served=$?
if [ $served -eq 77 ]; then
    echo 'ok - systemd runs the service # SKIP there is no file system of type cgroup2' >>"$root/root/tap"
else
    cat "$root/boot.log"
    [ $served -eq 0 ]
fi
chroot "$root" sh /root/steps.sh remove
END

status=0
mmdebstrap --quiet --variant=apt --format=null --aptopt="$folder/apt.conf" \
    --customize-hook="copy-in $PWD/tests/install/steps.sh /root" \
    --customize-hook="upload $package /root/gql-integrations.deb" \
    --customize-hook="sh '$folder/hook.sh' \"\$1\" '$PWD/tests/install' >'$folder/steps.log' 2>&1; cp \"\$1/root/tap\" '$folder/tap'" \
    "$VERSION_CODENAME" /dev/null "$@" >"$folder/bootstrap.log" 2>&1 || status=1
[ -e "$folder/tap" ] || { cat "$folder/bootstrap.log" >&2; exit 1; }
if [ "$status" -ne 0 ] || ! grep -q 'is removed' "$folder/tap"; then
    status=1
    cat "$folder/steps.log" >&2
    echo 'not ok - the step after these' >>"$folder/tap"
fi
cat "$folder/tap"
echo "1..$(grep -c . "$folder/tap")"
exit "$status"
