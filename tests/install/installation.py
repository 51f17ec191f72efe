# SPDX-License-Identifier: MIT
"""A build that is installed below a folder, and TAP. The arguments are those of install_test.py."""

import json
import os
import pathlib
import stat
import subprocess
import sys

ROOT, BUILD = (pathlib.Path(each).resolve() for each in sys.argv[1:3])
COMPILER = sys.argv[3:]
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in [] if good else notes:
        print(f"# {note}".replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}", flush=True)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=200, **options)


class Installation:
    """What was installed below `destination`, and how programs are run with it."""

    def __init__(self, destination):
        options = {each["name"]: each["value"] for each in json.loads(
            run("meson", "introspect", "--buildoptions", BUILD).stdout)}
        self.prefix = destination / options["prefix"].lstrip("/")
        self.libdir = options["libdir"]
        self.plugins = f"{options['prefix']}/{self.libdir}/gql-plugins"  # Without `destination`.
        libraries = self.prefix / self.libdir
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(("MESON", "NINJA", "MALLOC"))}
        self.environment = {
            **clean, "DESTDIR": str(destination), "PKG_CONFIG_SYSROOT_DIR": str(destination),
            "PKG_CONFIG_PATH": str(libraries / "pkgconfig"), "LD_LIBRARY_PATH": str(libraries),
            "PATH": f"{self.prefix / 'bin'}:{os.environ['PATH']}"}

    def run(self, *command, cwd=None):
        return run(*command, cwd=cwd, env=self.environment)

    def flags(self, *arguments):
        return self.run("pkg-config", *arguments).stdout.split()

    def compile(self, source, output, *options):
        return self.run(*COMPILER, "-std=gnu11", "-Wall", "-Werror", source, "-o", output, *options)

    def found(self):
        """What there is, as in EXPECTED."""
        for path in self.prefix.rglob("*"):
            name = path.relative_to(self.prefix).as_posix().replace(f"{self.libdir}/", "LIB/", 1)
            if path.is_symlink():
                yield name, os.readlink(path)
            elif path.is_file():
                yield name, stat.S_IMODE(path.stat().st_mode)
