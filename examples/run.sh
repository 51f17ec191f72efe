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
  DATABASE where the data is
             sqlite    in files; default
             postgres  on a private PostgreSQL server, which postgres.sh makes in DATA/postgres and which
                       ends with this script. Two gateways share it, on PORT and the port after it
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
DATABASE=${DATABASE:-sqlite}
case "$PORT" in '' | *[!0-9]*) echo "run.sh: PORT must be a number, not '$PORT'" >&2; exit 2 ;; esac
case "$TENANCY" in
shared | per-organization | per-instance) ;;
*) echo "run.sh: TENANCY must be shared, per-organization or per-instance, not '$TENANCY'" >&2; exit 2 ;;
esac
case "$DATABASE" in
sqlite) ports=$PORT ;;
postgres)
    [ "$TENANCY" = shared ] || { echo "run.sh: DATABASE=postgres keeps all organizations together: leave TENANCY=$TENANCY out" >&2; exit 2; }
    packages="$packages libpq-dev postgresql"
    [ "$PORT" = 0 ] && ports='0 0' || ports="$PORT $((PORT + 1))"
    ;;
*) echo "run.sh: DATABASE must be sqlite or postgres, not '$DATABASE'" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # A list of words.
./examples/setup.sh $packages
# Before anything is written: the configuration may be that of a gateway that runs.
# shellcheck disable=SC2086 # A list of words.
python3 - $ports <<'END' || exit 1
import socket, sys
for port in sys.argv[1:]:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(('127.0.0.1', int(port)))
        server.listen()
    except (OSError, OverflowError) as error:
        sys.exit(f'run.sh: port {port} can\'t be used: {error}. Choose another: PORT=4001 ./examples/run.sh')
END
mkdir -p build
[ -e build/build.ninja ] || meson setup build >build/setup.log 2>&1 || { cat build/setup.log >&2; exit 1; }
if [ "$DATABASE" = postgres ] && ! meson introspect --buildoptions build | grep -Eq '"name": "postgres", "value": "enabled"'; then
    meson configure build -Dpostgres=enabled >build/setup.log 2>&1 || { cat build/setup.log >&2; exit 1; }
fi
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
    if [ "$DATABASE" = postgres ]; then
        [ "$(id -u)" -ne 0 ] || chmod go+x "$DATA" # The user postgres owns a folder in it.
        trap './examples/postgres.sh stop "$DATA/postgres"' EXIT
        trap 'exit 1' INT TERM HUP # Without this, the trap of EXIT would not run.
        url=$(./examples/postgres.sh start "$DATA/postgres")
        database="\"url\": \"$url\", \"passwordFile\": \"$DATA/postgres/password\", \"migrate\": true"
    fi
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
status="
  how it fares     http://127.0.0.1:$PORT/status"
[ "$gateway" != ruby ] || events='' status=''
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

# configure FILE PORT
configure() {
    cat >"$1" <<END
{
  "host": "127.0.0.1",
  "port": $2,
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
}

configure "$DATA/gateway.json" "$PORT"
sed 1d examples/demo/first.graphql >"$DATA/first.graphql"
also=
if [ "$DATABASE" = postgres ]; then
    configure "$DATA/second.json" "${ports#* }"
    also="
  another gateway  http://127.0.0.1:${ports#* }/graphql
  their database   $url
                     with the password in $DATA/postgres/password"
fi

cat <<END

  $label  http://127.0.0.1:$PORT/graphql$header$status
  a credentialRef  $token
  another one      VAULT_PASSPHRASE_FILE='$VAULT_PASSPHRASE_FILE' '$vaultctl' issue \\
                     --secret '$secret' --aud acme --sub 'kv/crm/acme#1' --exp +30d
  data             $DATA$also
  check a plugin   '$root/build/abi/check/gql-plugin-check' PLUGIN.so

END
# /usr/bin/ruby is Debian's Ruby. Another Ruby in the path would not find Debian's packages.
case "$gateway" in
ruby) server='/usr/bin/ruby examples/ruby/server.rb' ;;
*) server="node examples/$folder/server.js" ;;
esac
# shellcheck disable=SC2086 # A list of words.
[ "$DATABASE" = postgres ] || exec $server --config "$DATA/gateway.json"

# Until a signal, or one of them ends; then all end, the database last.
$server --config "$DATA/gateway.json" &
first=$!
$server --config "$DATA/second.json" &
second=$!
ends=
trap 'ends=yes' INT TERM HUP
while [ -z "$ends" ] && kill -0 "$first" 2>/dev/null && kill -0 "$second" 2>/dev/null; do
    sleep 1 &
    wait $! || true
done
kill "$first" "$second" 2>/dev/null || true
status=0
wait "$first" || status=$?
wait "$second" || status=$?
exit "$status"
