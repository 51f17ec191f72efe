# SPDX-License-Identifier: MIT
"""
Installs the pages to which the first one leads, and public files that they show: pages.py ROOT FOLDER.

They stay in the folders that they have in a checkout, so that their links lead to each other. A link to what
is not installed becomes its text.
"""

import os
import pathlib
import re
import sys

ROOT, FOLDER = (pathlib.Path(each) for each in sys.argv[1:])
FILES = """
abi/gql_host.h
abi/gql_plugin.h
abi/gql_plugin_kit.h
examples/demo-host/config.schema.json
examples/gateways/federation/host-subgraph.graphql
examples/hello/hello.c
examples/hello/host.c
examples/node-host/index.d.ts
examples/operations/alerts.yml
plugin/schema/config.schema.json
""".split()

# Code as it is, or a link within the pages: its text and where it leads.
LINK = re.compile(r"^(```+).*?^\1$|\[([^][]*)\]\((?!\w+:)([^)#\s]*)(?:#[^)\s]*)?\)", re.M | re.S)


def path_of(name, found):
    """Where a match of LINK in the page `name` leads; None if it is code, or a title of the same page."""
    return os.path.normpath(os.path.join(os.path.dirname(name), found[3])) if found[3] else None


def read_pages():
    """The text of each page, by its path."""
    pages, waiting = {}, ["README.md"]
    while waiting:
        name = waiting.pop()
        pages[name] = (ROOT / name).read_text()
        linked = {path_of(name, found) for found in LINK.finditer(pages[name])}
        waiting += [path for path in linked if path and path.endswith(".md") and path not in {*pages, *waiting}]
    return pages


def main():
    target = pathlib.Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"]) / FOLDER
    pages = read_pages()
    installed = {*pages, *FILES, None}
    for name in [*pages, *FILES]:
        text = pages[name] if name in pages else (ROOT / name).read_text()
        if name in pages:
            text = LINK.sub(lambda found: found[0] if path_of(name, found) in installed else found[2], text)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text)


main()
