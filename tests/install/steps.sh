#!/bin/sh
# SPDX-License-Identifier: MIT
# steps.sh install|serve|remove: what a user does in the chroot, as root, in /root; `serve` when systemd is process 1.
# Commands are those of the installed pages, where these have them. A step that is done is a line of /root/tap; the
# script ends at the first that fails.
set -eux
cd /root
export HOME=/root DEBIAN_FRONTEND=noninteractive VAULT_PASSPHRASE='correct horse battery'
deploy=/usr/share/doc/gql-integrations/examples/deploy/README.md

# The path of the installed plugin.
plugin() {
    find /usr/lib -path '*/gql-plugins/integrations.so'
}

step() {
    echo "ok - $1" >>/root/tap
}

# block TITLE NUMBER: the block of code with this number in a section of the page "Deploy".
block() {
    sed -n "/^## $1\$/,/^## /p" $deploy |
        awk -v number="$2" '/^```$/ { shown = 0 } shown { print } /^```./ { shown = ++count == number }'
}

add() {
    apt-get install -qq -y --no-install-recommends "$@"
}

# ask QUERY ANSWER [TOKEN]: fails if the gateway, which may still be starting, has another answer.
ask() {
    printf '{"query": "%s"}' "$1" |
        curl -sS --retry 120 --retry-delay 1 --retry-all-errors --data @- -H 'content-type: application/json' \
            -H "authorization: ${3-}" http://127.0.0.1:4000/graphql | tee answer
    grep -qxF "$2" answer
}

# use [TOKEN]: a mutation and a query.
use() {
    ask 'mutation { integrationCreate(input: {organizationId: \"acme\", title: \"A\"}) { integration { version } } }' \
        '{"data":{"integrationCreate":{"integration":{"version":1}}}}' "$@"
    ask '{ integrations(organizationId: \"acme\", first: 1) { nodes { title } } }' \
        '{"data":{"integrations":{"nodes":[{"title":"A"}]}}}' "$@"
}

install_package() {
    add /root/gql-integrations.deb
    step 'the package and what it depends on is installed'
    vaultctl keygen --keyring keyring.json --secret secret
    token=$(vaultctl issue --secret secret --aud acme --sub 'kv/erp/acme#7' --exp +1d)
    vaultctl verify --keyring keyring.json --aud acme "$token"
    step 'a vault issues a token that verifies'
    gql-plugin-check --rounds 5 --config \
        '{"database": {"path": "{scratch}/a.db"}, "credentials": {"keyring": "/root/keyring.json"}}' "$(plugin)"
    step 'the checker finds nothing wrong with the plugin'
    ldconfig -p | grep -q 'libgql_strict_host\.so\.0\.1'
    step 'the loader knows the libraries'
    add gcc libc6-dev libjansson-dev meson pkgconf python3
    gql-plugin-new order-notes
    (cd order-notes && meson setup build && meson test -C build --print-errorlogs)
    step 'a plugin of one'\''s own is built, and its tests pass'
}

try_demo() {
    add curl
    mkdir try
    cd try
    block 'Try it first' 1 >try.sh
    setsid sh -e try.sh &
    use
    kill -- -$!
    wait $! || true
    cd ..
    step 'the demo gateway is tried, and answers a mutation and a query'
}

prepare_service() {
    add systemd
    block 'The user' 1 | sh -e
    block Secrets 1 | sh -e
    install -m 644 keyring.json /etc/gql-gateway/
    block 'The gateway' 1 | sh -e
}

serve() {
    block 'The gateway' 2 | sh -e
    block Secrets 2 >jwt.mjs
    use "Bearer $(node jwt.mjs)"
    kill -KILL "$(systemctl show -P MainPID gql-gateway)"
    ask '{ __typename }' '{"data":{"__typename":"Query"}}'
    [ "$(systemctl show -P NRestarts gql-gateway)" = 1 ]
    runuser -u gql-gateway -- integrationsctl check --database /var/lib/gql-gateway/integrations.db
    systemctl stop gql-gateway
    [ "$(systemctl show -P Result gql-gateway)" = success ]
    step 'systemd runs the service, starts it again when it is killed, and stops it'
    rm /etc/gql-gateway/jwt.secret
    if systemctl start gql-gateway; then exit 1; fi
    step 'a start without the secret fails'
}

case "$1" in
install)
    install_package
    try_demo
    prepare_service
    ;;
serve) serve ;;
remove)
    apt-get purge -qq -y gql-integrations
    [ -z "$(plugin)" ]
    step 'the package is removed without a trace of the plugin'
    ;;
esac
