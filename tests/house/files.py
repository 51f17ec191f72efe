# SPDX-License-Identifier: MIT
"""The files of the project: what a checkout has besides build folders, installed packages and fuzz inputs."""

import os
import pathlib
import unicodedata

IGNORED_FOLDERS = {".git", ".data", "build", "corpus", "node_modules"}


def is_ignored(folder, name):
    return name in IGNORED_FOLDERS or (folder / name / "meson-private").exists()


def files_of(root):
    """Paths from the root, sorted, as POSIX text."""
    names = []
    for path, folders, files in os.walk(root):
        folder = pathlib.Path(path)
        folders[:] = [name for name in folders if not is_ignored(folder, name)]
        names += [(folder / name).relative_to(root).as_posix() for name in files]
    return sorted(names)


def texts_of(root):
    """The text of each file that is UTF-8, by its name."""
    texts = {}
    for name in files_of(root):
        try:
            texts[name] = (pathlib.Path(root) / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def width_of(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns_of(line):
    """Columns of a terminal, which are neither bytes nor code points."""
    return sum(map(width_of, line))


def report(checks, root):
    """Prints TAP: of each check, by its title, the breaches that it finds in the texts."""
    texts = texts_of(root)
    print(f"1..{len(checks)}")
    for i, (title, check) in enumerate(checks.items(), 1):
        breaches = list(check(texts))
        print("not ok" if breaches else "ok", i, "-", title)
        for breach in breaches:
            print("#", breach)
