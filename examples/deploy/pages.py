# SPDX-License-Identifier: MIT
"""
Installs the pages that users read, and the files that they show: pages.py ROOT FOLDER.

They stay in the folders that they have in a checkout, so that their links lead to each other. A link to what
is not installed becomes its text.
"""

import os
import pathlib
import re
import sys

ROOT, FOLDER = sys.argv[1:]
INSTALLED = """
README.md
abi/README.md
abi/gql_host.h
abi/gql_plugin.h
abi/gql_plugin_kit.h
examples/clients/README.md
examples/clients/errors.md
examples/demo-host/config.schema.json
examples/deploy/README.md
examples/gateways/README.md
examples/gateways/federation/host-subgraph.graphql
examples/gateways/nestjs.md
examples/hello/hello.c
examples/hello/host.c
examples/node-host/README.md
examples/node-host/index.d.ts
examples/operating.md
plugin/README.md
plugin/configuration.md
plugin/schema/config.schema.json
plugin/store/tenants/README.md
tests/bench/README.md
tests/conformance/README.md
vault/README.md
""".split()


# Code as it is, or a link within the pages: its text and where it leads.
LINK = re.compile(r"^(```+).*?^\1$|\[([^][]*)\]\((?!\w+:)([^)#\s]*)(?:#[^)\s]*)?\)", re.M | re.S)


def linked(name, text):
    """The page `name` without links to what is not installed."""
    def keep(found):
        _, shown, target = found.groups()
        if not target:  # Code, or a title of the same page.
            return found[0]
        path = os.path.normpath(os.path.join(os.path.dirname(name), target))
        return found[0] if path in INSTALLED else shown
    return LINK.sub(keep, text)


def main():
    target = pathlib.Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"]) / FOLDER
    for name in INSTALLED:
        text = (pathlib.Path(ROOT) / name).read_text()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(linked(name, text) if name.endswith(".md") else text)


main()
