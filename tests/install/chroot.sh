#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian package and installs it in a fresh chroot, with this machine's sources of packages. There, a
# vault issues a token, the plugin is checked, and a plugin of one's own is made. Prints TAP. Needs root, and
# takes minutes, so that tests/run.sh leaves it out.
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

# What a user does there, as root, in /root. Each step ends the script if it fails.
cat >"$folder/steps.sh" <<'END'
set -eu
cd /root
step() { echo "ok $1 - $2" >>/root/tap; }
export DEBIAN_FRONTEND=noninteractive VAULT_PASSPHRASE='correct horse battery'
apt-get install -qq -y --no-install-recommends /root/gql-integrations.deb
step 1 'the package and what it depends on is installed'
vaultctl keygen --keyring keyring.json --secret secret
token=$(vaultctl issue --secret secret --aud acme --sub 'kv/erp/acme#7' --exp +1d)
vaultctl verify --keyring keyring.json --aud acme "$token"
step 2 'a vault issues a token that verifies'
plugin=$(echo /usr/lib/*/gql-plugins/integrations.so)
gql-plugin-check --rounds 5 --config \
    '{"database": {"path": "{scratch}/a.db"}, "credentials": {"keyring": "/root/keyring.json"}}' "$plugin"
step 3 'the checker finds nothing wrong with the plugin'
ldconfig -p | grep -q 'libgql_strict_host\.so\.0\.1'
step 4 'the loader knows the libraries'
apt-get install -qq -y --no-install-recommends gcc libc6-dev libjansson-dev meson pkgconf python3
gql-plugin-new order-notes
cd order-notes
meson setup build
meson test -C build --print-errorlogs
step 5 'a plugin of one'\''s own is built, and its tests pass'
apt-get purge -qq -y gql-integrations
[ ! -e "$plugin" ]
step 6 'the package is removed without a trace of the plugin'
END

status=0
mmdebstrap --quiet --variant=apt --format=null --aptopt="$folder/apt.conf" \
    --customize-hook="copy-in $folder/steps.sh /root" \
    --customize-hook="upload $package /root/gql-integrations.deb" \
    --customize-hook="chroot \"\$1\" sh /root/steps.sh >'$folder/steps.log' 2>&1; cp \"\$1/root/tap\" '$folder/tap'" \
    "$VERSION_CODENAME" /dev/null "$@" >"$folder/bootstrap.log" 2>&1 || status=1
echo 1..6
cat "$folder/tap" 2>/dev/null || cat "$folder/bootstrap.log" >&2
[ "$(grep -c '^ok' "$folder/tap")" -eq 6 ] && [ "$status" -eq 0 ] || { cat "$folder/steps.log" >&2; exit 1; }
