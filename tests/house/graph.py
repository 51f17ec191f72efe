# SPDX-License-Identifier: MIT
"""
The graph of includes and calls between the C files of a build: graph.py ROOT BUILD [--edges].

An edge leads from a file to one that it includes, or that defines a symbol which it uses (as nm
shows it). Where a test double defines a symbol of the product again, the product's counts.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys


def folder_of(path):
    return str(pathlib.PurePosixPath(path).parent)


def sources(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.c", "*.h"],
                            capture_output=True, text=True, check=True).stdout.split()
    return sorted(name for name in listed if (pathlib.Path(root) / name).exists())


def includes(root, names):
    """Public headers are included by their names alone."""
    public = {pathlib.PurePosixPath(name).name: name for name in names if re.fullmatch(r"abi/gql_\w+\.h", name)}
    known = set(names)
    for name in names:
        text = (pathlib.Path(root) / name).read_text()
        for included in re.findall(r'^#include "([^"]+)"', text, re.M):
            target = public.get(included, included)
            if target in known:
                yield name, target


def objects(root, build):
    """Each source of the project with its object, as far as they are built."""
    base = pathlib.Path(build)
    for entry in json.loads((base / "compile_commands.json").read_text()):
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        output = pathlib.Path(entry["directory"]) / entry["output"]
        if path.is_relative_to(pathlib.Path(root).resolve()) and output.exists():
            yield str(path.relative_to(pathlib.Path(root).resolve())), output


def symbols(output):
    defined, undefined = set(), set()
    listed = subprocess.run(["nm", "-g", output], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        kind, name = line.split()[-2:]
        (undefined if kind in "Uw" else defined).add(name)
    return defined, undefined


def calls(root, build):
    owners, wanted = {}, collections.defaultdict(set)
    built = sorted(objects(root, build), key=lambda pair: pair[0].startswith("tests/"))
    for name, output in built:
        defined, undefined = symbols(output)
        wanted[name] |= undefined
        for symbol in defined:
            owners.setdefault(symbol, name)
    for user, names in wanted.items():
        for symbol in names:
            if symbol in owners and owners[symbol] != user and not symbol.startswith("gql_plugin_entry"):
                yield user, owners[symbol]


def circles(edges):
    """The strongly connected components of more than one node (Tarjan's algorithm)."""
    graph = collections.defaultdict(set)
    for a, b in edges:
        graph[a].add(b)
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(component) > 1:
                found.append(sorted(component))

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def edges_of(root, build):
    return sorted({*includes(root, sources(root)), *calls(root, build)})


def between_folders(edges):
    pairs = collections.defaultdict(list)
    for a, b in edges:
        if folder_of(a) != folder_of(b):
            pairs[folder_of(a), folder_of(b)].append((a, b))
    return pairs


def main(root, build, *options):
    edges = edges_of(root, build)
    folders = between_folders(edges)
    if "--edges" in options:
        for a, b in edges:
            print(f"{a} -> {b}")
    for circle in circles(edges):
        print("files in a circle:", ", ".join(circle))
        for a, b in edges:
            if a in circle and b in circle:
                print(f"    {a} -> {b}")
    for circle in circles(folders):
        print("folders in a circle:", ", ".join(circle))
        for (a, b), examples in sorted(folders.items()):
            if a in circle and b in circle:
                print(f"    {a} -> {b}: " + ", ".join(f"{x} -> {y}" for x, y in examples[:4]))


if __name__ == "__main__":
    main(*sys.argv[1:])
