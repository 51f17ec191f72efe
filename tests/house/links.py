# SPDX-License-Identifier: MIT
"""Relative links of pages in Markdown: where they lead, and whether that is there."""

import os
import re


def anchor_of(title):
    """As GitHub names a title."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def anchors_of(text):
    return {anchor_of(title) for title in re.findall(r"^#+ (.*)$", text, re.M)}


def links_of(name, text):
    """(link, path, anchor) of each; the path is from the root, as that of the page `name` is."""
    prose = re.sub(r"^\s*(```+).*?^\s*\1$", "", text, flags=re.M | re.S)
    for link in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", prose):
        target, _, anchor = link.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(name), target)) if target else name
        yield link, path, anchor


def breaches_of(texts, exists):
    """A sentence for each link of the pages among `texts` that leads to nothing. `exists` takes a path."""
    for name in filter(lambda name: name.endswith(".md"), texts):
        for link, path, anchor in links_of(name, texts[name]):
            if not exists(path):
                yield f"{name} links to {link}, which does not exist"
            elif anchor and path.endswith(".md") and anchor not in anchors_of(texts[path]):
                yield f"{name} links to {link}, but there is no such title"
