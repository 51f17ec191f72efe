#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and starts the demo or another example gateway; creates keys the first time. See --help.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

# Lists the gateways: the demo, the one in Ruby, and every folder of gateways/ with a server.js.
gateways() {
    echo demo
    echo ruby
    for server in examples/gateways/*/server.js; do
        [ ! -e "$server" ] || basename "$(dirname "$server")"
    done
}

gateway=${1-demo}
case "$gateway" in
-h | --help)
    cat <<'END'
Usage: ./examples/run.sh [GATEWAY]

Installs missing packages, builds into build/, and starts a GraphQL gateway on 127.0.0.1 that loads integrations.so from its
plugins folder. Ctrl-C stops it; the data stays.

  GATEWAY  which gateway; default demo, which has GraphiQL. One of:
END
    gateways | sed 's/^/             /'
    cat <<'END'

Environment:
  PORT     the port; default 4000
  DATA     the folder of the data, the vault and the secrets; default examples/.data
  TENANCY  how organizations are kept
             shared            all in one database; default. The other ways do not see its data
             per-organization  each in a database of its own, below DATA/tenants, with a keyring of its
                               own in DATA/vault/keyrings; acme and globex have one
             per-instance      the same files, and an instance of the plugin for each organization. A
                               request names its organization in the header X-Organization, and is
                               rejected without it
END
    exit 0
    ;;
esac
if [ $# -gt 1 ] || ! gateways | grep -Fxq -e "$gateway"; then
    echo "run.sh: unknown gateway '$*'; known are: $(gateways | paste -sd ' ')" >&2
    exit 2
fi
label='GraphQL        '
case "$gateway" in
demo) folder=demo label='GraphiQL       ' ;;
ruby) folder=ruby ;;
*) folder=gateways/$gateway ;;
esac
packages=
[ ! -e "examples/$folder/debian-packages" ] || packages=$(cat "examples/$folder/debian-packages")

PORT=${PORT:-4000}
TENANCY=${TENANCY:-shared}
DATA=${DATA:-examples/.data}
case "$PORT" in '' | *[!0-9]*) echo "run.sh: PORT must be a number, not '$PORT'" >&2; exit 2 ;; esac
case "$TENANCY" in
shared | per-organization | per-instance) ;;
*) echo "run.sh: TENANCY must be shared, per-organization or per-instance, not '$TENANCY'" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # A list of words.
./examples/setup.sh $packages
# Before anything is written: the configuration may be that of a gateway that runs.
python3 - "$PORT" <<'END' || exit 1
import socket, sys
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    server.bind(('127.0.0.1', int(sys.argv[1])))
    server.listen()
except (OSError, OverflowError) as error:
    sys.exit(f'run.sh: port {sys.argv[1]} can\'t be used: {error}. Choose another: PORT=4001 ./examples/run.sh')
END
mkdir -p build
[ -e build/build.ninja ] || meson setup build >build/setup.log 2>&1 || { cat build/setup.log >&2; exit 1; }
echo 'Building …' >&2
targets='plugin/integrations.so vault/vaultctl abi/check/gql-plugin-check'
case "$gateway" in
ruby) targets="$targets abi/host/libgql_host.so.0.1" ;;
*) targets="$targets examples/node-host/gql_binding.node" ;;
esac
# shellcheck disable=SC2086 # A list of words.
ninja -C build $targets >build/compile.log 2>&1 || { cat build/compile.log >&2; exit 1; }
[ "$gateway" = ruby ] || ./examples/npm-ci.sh examples "$folder"

umask 077 # The files below hold secrets.
mkdir -p "$DATA/vault" "$DATA/plugins"
DATA=$(cd "$DATA" && pwd)
case "$DATA" in *[\"\'\\]*) echo "run.sh: DATA must not contain quotes or backslashes: $DATA" >&2; exit 2 ;; esac
vaultctl=$root/build/vault/vaultctl
export VAULT_PASSPHRASE_FILE="$DATA/vault/passphrase"

random() {
    head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

# keygen KEYRING SECRET: creates a key, unless both exist.
keygen() {
    [ -s "$1" ] && [ -s "$2" ] || "$vaultctl" keygen --yes --keyring "$1" --secret "$2" >/dev/null
}

[ -s "$VAULT_PASSPHRASE_FILE" ] || random >"$VAULT_PASSPHRASE_FILE"
[ -s "$DATA/jwt.secret" ] || random >"$DATA/jwt.secret"
ln -sf "$root/build/plugin/integrations.so" "$DATA/plugins/integrations.so"

if [ "$TENANCY" = shared ]; then
    database="\"path\": \"$DATA/integrations.db\""
    keyring=$DATA/vault/keyring.json
    secret=$DATA/vault/secret.paserk
    keygen "$keyring" "$secret"
else
    database="\"root\": \"$DATA/tenants\", \"maxOpen\": 500"
    keyring="$DATA/vault/keyrings/{organization}.json"
    secret=$DATA/vault/acme.paserk
    mkdir -p "$DATA/tenants" "$DATA/vault/keyrings"
    for organization in acme globex; do
        keygen "$DATA/vault/keyrings/$organization.json" "$DATA/vault/$organization.paserk"
    done
fi
events='"auditEvents": true,'
[ "$gateway" != ruby ] || events=
instances=
headers=
header=
if [ "$TENANCY" = per-instance ]; then
    instances='"instances": {},'
    headers=', "headers": { "X-Organization": "acme" }'
    header='
  header           X-Organization: acme, or another organization; required'
fi
token=$("$vaultctl" issue --secret "$secret" --aud acme --sub 'kv/erp/acme#7' --exp +30d)
cat >"$DATA/gateway.json" <<END
{
  "host": "127.0.0.1",
  "port": $PORT,
  $events
  "plugins": {
    "folder": "plugins",
    $instances
    "settings": {
      "org.gql-integrations.integrations": {
        "required": true,
        "config": {
          "database": { $database },
          "credentials": { "keyring": "$keyring" }
        }
      }
    }
  },
  "authentication": { "demo": true, "jwt": { "secretFile": "jwt.secret", "anyAudience": true, "allowWithoutExpiry": true } },
  "organizations": [{ "id": "acme", "title": "Acme Corporation" }, { "id": "globex", "title": "Globex" }],
  "graphiql": {
    "queryFile": "first.graphql",
    "variables": { "id": "", "version": 0, "after": null, "credentialRef": "$token" }$headers
  }
}
END

sed 1d examples/demo/first.graphql >"$DATA/first.graphql"

cat <<END

  $label  http://127.0.0.1:$PORT/graphql$header
  a credentialRef  $token
  another one      VAULT_PASSPHRASE_FILE='$VAULT_PASSPHRASE_FILE' '$vaultctl' issue \\
                     --secret '$secret' --aud acme --sub 'kv/crm/acme#1' --exp +30d
  data             $DATA
  check a plugin   '$root/build/abi/check/gql-plugin-check' PLUGIN.so

END
# /usr/bin/ruby is Debian's Ruby. Another Ruby in the path would not find Debian's packages.
[ "$gateway" != ruby ] || exec /usr/bin/ruby examples/ruby/server.rb --config "$DATA/gateway.json"
exec node "examples/$folder/server.js" --config "$DATA/gateway.json"
