# SPDX-License-Identifier: MIT
"""
The graph of includes and uses between the C files of a build.

    graph.py ROOT BUILD           prints the circles
    graph.py ROOT BUILD --edges   prints every edge with its reasons, too

An edge leads from a file to each file that it includes, and to each file that defines a symbol
which its object uses, as nm shows it. If several files define a symbol, as programs and test
doubles do, the nearest one in the tree counts.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from files import texts_of  # noqa: E402

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)


def folder_of(name):
    return str(pathlib.PurePosixPath(name).parent)


def public_headers(names):
    """The headers that are included by their name alone, with their paths."""
    public = [name for name in names if re.fullmatch(r"abi/gql_\w+\.h", name)]
    return {pathlib.PurePosixPath(name).name: name for name in public}


def includes_of(text):
    return INCLUDE.findall(text)


def objects_of(root, build):
    """Pairs of a source of the project and its object, as far as this build has compiled them."""
    root, generated = pathlib.Path(root).resolve(), pathlib.Path(build).resolve()
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        folder = pathlib.Path(entry["directory"])
        source, output = (folder / entry["file"]).resolve(), folder / entry["output"]
        if source.is_relative_to(generated) or not source.is_relative_to(root):
            continue
        if output.exists():
            yield source.relative_to(root).as_posix(), str(output)


def symbols_of(outputs):
    """By object: the symbols that it defines, and those that it uses."""
    symbols = {output: (set(), set()) for output in outputs}
    command = ["nm", "-gP", "-A", *outputs]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        output, rest = line.rsplit(": ", 1)
        name, kind = rest.split()[:2]
        symbols[output][kind in "Uw"].add(name)
    return symbols


def nearest(name, others):
    def distance(other):
        return -len(os.path.commonpath([name, other])), other.startswith("tests/"), other

    return min(others, key=distance)


def uses(root, build):
    """Triples of a file, a file whose symbol it uses, and the symbol."""
    objects = sorted(objects_of(root, build))
    symbols = symbols_of([output for _, output in objects])
    definers = collections.defaultdict(set)
    for name, output in objects:
        for symbol in symbols[output][0]:
            definers[symbol].add(name)
    for name, output in objects:
        for symbol in symbols[output][1]:
            if symbol in definers and name not in definers[symbol]:
                yield name, nearest(name, definers[symbol]), symbol


def edges_of(root, build, texts):
    """The reasons of each edge, by its two files."""
    edges = collections.defaultdict(set)
    public = public_headers(texts)
    for name, text in texts.items():
        for included in includes_of(text) if name.endswith((".c", ".h")) else ():
            target = public.get(included, included)
            if target in texts:
                edges[name, target].add("#include")
    for name, target, symbol in uses(root, build):
        edges[name, target].add(symbol)
    return dict(sorted(edges.items()))


def unbuilt(root, build, texts):
    """Sources of the product without an object, whose uses the graph would miss."""
    built = {name for name, _ in objects_of(root, build)}
    product = [name for name in texts if name.endswith(".c") and not name.startswith("tests/")]
    return [name for name in product if name not in built]


def between_folders(edges):
    """The edges between files, by the pair of their folders."""
    pairs = collections.defaultdict(list)
    for a, b in edges:
        if folder_of(a) != folder_of(b):
            pairs[folder_of(a), folder_of(b)].append((a, b))
    return pairs


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
    return sorted(found)


def show_edge(a, b, reasons):
    shown = sorted(reasons)[:3] + (["…"] if len(reasons) > 3 else [])
    return f"{a} -> {b} ({', '.join(shown)})"


def circles_of_files(edges):
    """Lines that show each circle, with the edges that close it."""
    lines = []
    for number, circle in enumerate(circles(edges), 1):
        lines.append(f"circle {number} of files: {', '.join(circle)}")
        inside = [edge for edge in edges if set(edge) <= set(circle)]
        lines += [f"    {show_edge(*edge, edges[edge])}" for edge in inside]
    return lines


def circles_of_folders(edges):
    """The same for folders. An edge between folders shows up to four of its edges between files."""
    lines = []
    pairs = between_folders(edges)
    for number, circle in enumerate(circles(pairs), 1):
        lines.append(f"circle {number} of folders: {', '.join(circle)}")
        for a, b in sorted(pairs):
            if a in circle and b in circle:
                lines.append(f"    {a}/ -> {b}/, {len(pairs[a, b])} in all")
                lines += [f"        {show_edge(*edge, edges[edge])}" for edge in pairs[a, b][:4]]
    return lines


def main(root, build, *options):
    edges = edges_of(root, build, texts_of(root))
    if "--edges" in options:
        for (a, b), reasons in edges.items():
            print(f"{a} -> {b} ({', '.join(sorted(reasons))})")
    for line in circles_of_files(edges) + circles_of_folders(edges):
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
