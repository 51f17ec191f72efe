#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds a Debian package of all that is installed. See --help.
set -eu
cd "$(dirname "$0")/../.."

case "${1-}" in
-h | --help)
    cat <<'END'
Usage: examples/deploy/debian-package.sh FOLDER

Installs missing packages, builds into build/package, and writes FOLDER/gql-integrations_VERSION_ARCHITECTURE.deb.
Prints its path.
END
    exit 0
    ;;
'' | -*) echo 'debian-package.sh: name the folder for the package; see --help' >&2; exit 2 ;;
esac
mkdir -p "$1"
target=$(cd "$1" && pwd)

./examples/setup.sh dpkg-dev
build=build/package
[ -e $build/build.ninja ] ||
    meson setup $build --prefix=/usr --libdir="lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" \
        --buildtype=release --strip -Drust=disabled >&2
ninja -C $build >&2
version=$(meson introspect --projectinfo $build | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')
architecture=$(dpkg --print-architecture)

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/DEBIAN" "$work/debian"
DESTDIR=$tree meson install -C $build --no-rebuild >&2
mkdir -p "$tree/usr/share/doc/gql-integrations"
cp LICENSE "$tree/usr/share/doc/gql-integrations/copyright"

# What the binaries are linked to; of the package's own libraries nothing is known to dpkg.
printf 'Source: gql-integrations\n\nPackage: gql-integrations\nArchitecture: any\n' >"$work/debian/control"
libraries=$(find "$tree/usr" -type f \( -name '*.so' -o -name '*.so.*' -o -name 'vaultctl' -o -name 'integrationsctl' \
    -o -name 'gql-plugin-check' \) -path '*/[lb]i[bn]/*')
# shellcheck disable=SC2086 # A list of words: no path of the tree has a space.
depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info $libraries | sed 's/^shlibs:Depends=//')

cat >"$tree/DEBIAN/control" <<END
Package: gql-integrations
Version: $version
Architecture: $architecture
Maintainer: gql-integrations maintainers <maintainers@example.org>
Depends: $depends
Recommends: python3
Suggests: nodejs (>= 20), npm, gcc, meson, pkgconf, libjansson-dev
Section: net
Priority: optional
Description: plugin for GraphQL gateways that serves integrations
 The plugin, its tools, a gateway as a service, and headers and libraries for
 authors of other plugins.
END
echo 'activate-noawait ldconfig' >"$tree/DEBIAN/triggers"
cat >"$tree/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ] && command -v systemd-sysusers >/dev/null; then
    systemd-sysusers gql-gateway.conf
fi
END
chmod 755 "$tree/DEBIAN/postinst"
package=$target/gql-integrations_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$tree" "$package" >&2
echo "$package"
