#!/bin/sh
# SPDX-License-Identifier: MIT
# postgres.sh start|stop FOLDER: a private PostgreSQL server for run.sh. See --help.
set -eu

usage() {
    cat <<'END'
Usage: ./examples/postgres.sh start|stop FOLDER

A PostgreSQL server of one's own, with Debian's package postgresql, for trying things out: its data, log and password are in
FOLDER, it listens on a free port of 127.0.0.1 only, and it runs as the user postgres if root starts it.

  start  makes the server the first time, with a database `gateway` of the user `integrations`, whose password is
         in FOLDER/password. Starts it, unless it runs, and prints the URL of the database
  stop   stops it, if it runs. The data stays
END
}

fail() {
    echo "postgres.sh: $*" >&2
    exit 1
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac
case "$#:${1-}" in
2:start | 2:stop) ;;
*) usage >&2 && exit 2 ;;
esac
folder=$2
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || fail 'there is no PostgreSQL server: install the package postgresql'

# initdb and the server refuse root.
as_user=
[ "$(id -u)" -ne 0 ] || as_user='setpriv --reuid=postgres --regid=postgres --init-groups'

run() {
    program=$1
    shift
    (cd / && exec $as_user env LC_ALL=C "$programs/$program" "$@")
}

is_running() {
    [ -e "$folder/data/PG_VERSION" ] && run pg_ctl status -D "$folder/data" >/dev/null 2>&1
}

make_folder() {
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    [ -z "$as_user" ] || chown postgres:postgres "$folder"
    chmod 700 "$folder"
    $as_user test -x "$folder" ||
        fail "the user postgres can't enter $folder: choose another, such as DATA=/var/tmp/gateway, and let others enter the folders above it (chmod o+x)"
}

make_cluster() {
    [ ! -e "$folder/data/PG_VERSION" ] || return 0
    $as_user rm -rf "$folder/data.new"
    head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' | $as_user sh -c 'umask 077 && cat >"$1"' sh "$folder/password"
    run initdb -D "$folder/data.new" --username=postgres --pwfile="$folder/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C --data-checksums >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
    $as_user mv "$folder/data.new" "$folder/data"
}

start_server() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    run pg_ctl start -w -D "$folder/data" -l "$folder/log" \
        -o "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=$port" >/dev/null ||
        { tail -n 20 "$folder/log" >&2; fail "the server does not start; its log is $folder/log"; }
}

# query [OPTION…]: runs SQL, by default that on the standard input, as the superuser.
query() {
    PGPASSWORD=$(cat "$folder/password") "$programs/psql" -qXAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -d postgres "$@"
}

make_database() {
    [ -z "$(query -c "SELECT 1 FROM pg_database WHERE datname = 'gateway'")" ] || return 0
    query <<END
SET client_min_messages = error;
DROP ROLE IF EXISTS integrations;
CREATE ROLE integrations LOGIN PASSWORD '$(cat "$folder/password")';
CREATE DATABASE gateway OWNER integrations;
END
}

case $1 in
start)
    make_folder
    make_cluster
    is_running || start_server
    port=$(sed -n 4p "$folder/data/postmaster.pid")
    make_database
    echo "postgresql://integrations@127.0.0.1:$port/gateway"
    ;;
stop) ! is_running || run pg_ctl stop -D "$folder/data" -m fast >/dev/null ;;
esac
