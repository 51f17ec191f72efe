# SPDX-License-Identifier: MIT
"""
What `meson install` writes, and that authors of plugins and hosts can use it without a checkout.

    install_test.py ROOT BUILD COMPILER…

Installs BUILD below a temporary DESTDIR. Prints TAP.
"""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parents[1] / "house"))
import links  # noqa: E402
from installation import BUILD, RESULTS, ROOT, Installation, report, run  # noqa: E402

GATEWAY = "LIB/gql-integrations/gateway"
UNBUILT = ("build.js", "meson.build", "gql_binding.node")  # Of the package node-host.


TOOLS = ("gql-plugin-check", "gql-plugin-new", "integrationsctl", "vaultctl")
PAGES = "share/doc/gql-integrations"


def gateway_files():
    """The example gateways as the checkout has them, without pages and what builds the binding."""
    for folder in ["demo", "demo-host", "gateways", "node-host"]:
        for path in (ROOT / "examples" / folder).rglob("*"):
            ignored = {"binding", "node_modules"} & set(path.relative_to(ROOT).parts)
            if path.is_file() and not ignored and path.name not in UNBUILT and path.suffix != ".md":
                yield path.relative_to(ROOT / "examples").as_posix()
    yield from [".npmrc", "package.json", "package-lock.json"]


def mode_of(path):
    return 0o755 if os.access(path, os.X_OK) else 0o644


TEMPLATE = "share/gql-integrations/new/template"
# Every file with its mode, and every link with its target, below the prefix; LIB is libdir.
EXPECTED = {
    **{f"bin/{tool}": 0o755 for tool in TOOLS},
    "bin/gql-plugin-new": "../share/gql-integrations/new/gql-plugin-new",
    "include/gql/gql_host.h": 0o644,
    "include/gql/gql_plugin.h": 0o644,
    "include/gql/gql_plugin_kit.h": 0o644,
    "include/gql/mock_host.h": 0o644,
    "LIB/gql-plugins/integrations.so": 0o755,
    **{f"{GATEWAY}/{name}": mode_of(ROOT / "examples" / name) for name in gateway_files()},
    f"{GATEWAY}/node-host/gql_binding.node": 0o755,
    "LIB/libgql_host.so": "libgql_host.so.0.1",
    "LIB/libgql_host.so.0.1": 0o755,
    "LIB/libgql_strict_host.so": "libgql_strict_host.so.0.1",
    "LIB/libgql_strict_host.so.0.1": 0o755,
    "LIB/pkgconfig/gql-host.pc": 0o644,
    "LIB/pkgconfig/gql-plugin.pc": 0o644,
    "LIB/pkgconfig/gql-strict-host.pc": 0o644,
    "lib/systemd/system/gql-gateway.service": 0o644,
    "lib/sysusers.d/gql-gateway.conf": 0o644,
    **{f"share/bash-completion/completions/{tool}": 0o644 for tool in TOOLS},
    **{f"share/man/man1/{tool}.1": 0o644 for tool in TOOLS},
    "share/gql-integrations/gateway.json": 0o644,
    "share/gql-integrations/new/gql-plugin-new": 0o755,
    f"{TEMPLATE}/.github/workflows/ci.yml": 0o644,
    f"{TEMPLATE}/.gitignore": 0o644,
    f"{TEMPLATE}/README.md.in": 0o644,
    f"{TEMPLATE}/meson.build.in": 0o644,
    f"{TEMPLATE}/plugin.c.in": 0o644,
    f"{TEMPLATE}/plugin.map": 0o644,
    f"{TEMPLATE}/subprojects/gql-integrations.wrap.in": 0o644,
    f"{TEMPLATE}/tests/calls.json": 0o644,
    f"{TEMPLATE}/tests/test_plugin.c.in": 0o644,
}


def check_files(installation):
    made = run("meson", "install", "-C", BUILD, "--no-rebuild", env={
        **installation.environment, "LD_LIBRARY_PATH": ""}, umask=0o022)
    report(made.returncode == 0, "meson install", made.stdout, made.stderr)
    found = dict(installation.found())
    names = sorted(name for name in found.keys() | EXPECTED.keys()
                   if found.get(name) != EXPECTED.get(name) and not name.startswith(PAGES))
    report(not names, "exactly these files are installed, with these modes",
           *(f"{name}: {found.get(name)} instead of {EXPECTED.get(name)}" for name in names))
    binaries = [path for path in installation.prefix.rglob("*")
                if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    paths = [line for binary in binaries
             for line in run("readelf", "--dynamic", "--wide", binary).stdout.splitlines()
             if "RPATH" in line or "RUNPATH" in line]
    report(len(binaries) >= 6 and not paths, "none looks for libraries in the build folder", *paths)


def check_tools(installation):
    version = json.loads(run("meson", "introspect", "--projectinfo", BUILD).stdout)["version"]
    for tool in TOOLS:
        told = installation.run(tool, "--version")
        report(told.stdout == f"{tool} {version}\n", f"{tool} --version", told.stdout, told.stderr)
        told = installation.run(tool, "--help")
        report(told.returncode == 0 and tool in told.stdout, f"{tool} --help", told.stderr)
    for package in ["gql-plugin", "gql-host", "gql-strict-host"]:
        said = installation.run("pkg-config", "--modversion", package)
        report(said.stdout == f"{version}\n", f"pkg-config knows {package}", said.stderr)
    folders = {each: installation.flags("--variable=plugindir", each)
               for each in ["gql-plugin", "gql-host"]}
    report(all(said == [installation.plugins] for said in folders.values()),
           "and the folder of plugins", folders)


def check_pages(installation):
    """That pages lead to each other, and to files that are installed too."""
    folder = installation.prefix / PAGES
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    texts = {name: path.read_text() for name, path in files.items()}
    breaches = list(links.breaches_of(texts, files.__contains__))
    report(len(texts) >= 20 and not breaches, "links of installed pages lead to installed files", *breaches)
    strayed = [path for path in installation.prefix.rglob("*.md") if folder not in path.parents]
    report(not strayed, "all pages are below one folder", *strayed)
    linked = {path for name, text in texts.items() for _, path, _ in links.links_of(name, text)}
    unlinked = sorted(files.keys() - linked - {"README.md", "examples/hello/host.c"})
    report(not unlinked, "a page leads to each file", *unlinked)
    unread = [name for name, path in files.items() if stat.S_IMODE(path.stat().st_mode) != 0o644]
    report(not unread, "everybody can read them", *unread)
    unit = (installation.prefix / "lib/systemd/system/gql-gateway.service").read_text()
    page = re.search(r"^Documentation=file:.*?/(share/.*)$", unit, re.M)[1]
    report((installation.prefix / page).is_file(), "the unit names its page", page)


def check_manual(installation, tool, commands):
    """That its page has each command with its options, and that `man` can show it."""
    page = installation.prefix / f"share/man/man1/{tool}.1"
    head, *sections = re.split(r"^\.S[HS] ", page.read_text().replace("\\-", "-"), flags=re.M)
    by_title = dict(section.split("\n", 1) for section in sections)
    wrong = [command for command in commands if command not in by_title]
    for title, command in [("DESCRIPTION", []), *((each, each.split()) for each in commands)]:
        options = re.findall(r"--[a-z-]+", installation.run(tool, *command, "--help").stdout)
        said = by_title.get(title, "")
        wrong += [f"{title} {option}" for option in options if option not in said]
    report(head.startswith(".TH") and not wrong,
           f"the page of {tool} has every command and option", *wrong)
    if shutil.which("man") is not None:
        shown = run("man", "--warnings=all", "--local-file", page)
        report(shown.returncode == 0 and shown.stdout and not shown.stderr, f"man shows {tool}",
               shown.stderr)


def check_manuals(installation):
    for tool in TOOLS:
        told = installation.run(tool, "--help").stdout
        commands = re.findall(rf"^  {tool} ([a-z][a-z-]*(?: [a-z]+)?) [-([]", told, re.M)
        report(tool.startswith("gql") or len(commands) >= 10, f"{tool} has its commands", commands)
        check_manual(installation, tool, commands)


def check_hello(installation, folder):
    """A plugin and a host in C, as they are in examples/, with what is installed alone."""
    plugin, host = folder / "hello.so", folder / "host"
    made = installation.compile(ROOT / "examples/hello/hello.c", plugin, "-shared", "-fPIC",
                                *installation.flags("--cflags", "gql-plugin"), "-ljansson")
    report(made.returncode == 0, "a plugin is compiled", made.stderr)
    made = installation.compile(ROOT / "examples/hello/host.c", host, "-pthread",
                                *installation.flags("--cflags", "--libs", "gql-host"))
    report(made.returncode == 0, "a host is compiled", made.stderr)
    call = installation.run(host, plugin, "{}", "Query", "hello", '{"name": "Ada"}')
    report(call.returncode == 0 and "Ada" in call.stdout, "the host calls the plugin",
           call.stdout, call.stderr)
    other = folder / "other.so"
    other.write_bytes(plugin.read_bytes().replace(b"libjansson.so.4", b"libjansson.so.9"))
    call = installation.run(host, other, "{}", "Query", "hello", "{}")
    report(call.returncode == 1 and "libjansson.so.9" in call.stderr
           and "install that library" in call.stderr,
           "a library that is missing is named, with the cure", call.stderr)


def check_new(installation, folder):
    """A plugin in a folder of its own, and its tests in the strict host and by the checker."""
    made = installation.run("gql-plugin-new", "order-notes", cwd=folder)
    plugin = folder / "order-notes"
    linked = [path.name for path in (plugin / "subprojects").iterdir()]
    report(made.returncode == 0 and linked == ["gql-integrations.wrap"],
           "gql-plugin-new writes a plugin that needs no checkout", made.stderr, linked)
    made = installation.run("meson", "setup", "build", "--wrap-mode=nodownload", cwd=plugin)
    report(made.returncode == 0, "meson finds the SDK", made.stdout, made.stderr)
    tested = installation.run("meson", "test", "-C", "build", "--print-errorlogs", cwd=plugin)
    report(tested.returncode == 0 and "Ok:                 2" in tested.stdout,
           "its tests pass", tested.stdout, tested.stderr)
    shown = (plugin / "README.md").read_text()
    report("\ngql-plugin-check --print" in shown, "its page names the installed checker", shown)


def check_unit(installation):
    unit = installation.prefix / "lib/systemd/system/gql-gateway.service"
    if shutil.which("systemd-analyze") is None:
        report(True, "the unit is valid # SKIP the package systemd is not installed")
        return
    gateway = f"{installation.prefix / installation.libdir}/gql-integrations/gateway"
    text = unit.read_text().replace("/usr/bin/node", sys.executable)
    unit.write_text(text.replace("/opt/gql-gateway", gateway))
    said = run("systemd-analyze", "verify", "--man=no", unit)
    report(said.returncode == 0 and not said.stderr, "systemd-analyze verifies the unit", said.stderr)
    unit.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=strictly"))
    said = run("systemd-analyze", "verify", "--man=no", unit)
    report("protect system" in said.stderr, "and finds a wrong line", said.stderr)
    unit.write_text(text)
    rated = run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    report(rated.returncode == 0, "its exposure is rated 2.0 of 10 at most", rated.stdout[-300:])


def link_packages(gateway):
    """As npm installs them, with its links to the gateway's own packages."""
    (gateway / "node_modules").mkdir()
    for package in (ROOT / "examples/node_modules").iterdir():
        own = package.is_symlink()
        (gateway / "node_modules" / package.name).symlink_to(
            os.readlink(package) if own else package)


def check_programs(gateway):
    """That each starts as far as its help, and files that this names are there."""
    programs = [path for path in gateway.rglob("*.js")
                if "node_modules" not in path.parts and path.read_text().startswith("#!")]
    report(len(programs) >= 8, "there are programs", programs)
    for program in programs:
        told = run("node", program, "--help")
        missing = [path for path in re.findall(r"/\S+\.json", told.stdout)
                   if gateway not in pathlib.Path(path).parents or not pathlib.Path(path).is_file()]
        says_what = program.name in told.stdout or "gql-plugin-host" in told.stdout
        report(told.returncode == 0 and says_what and not missing, f"{program.relative_to(gateway)} --help",
               *missing, told.stderr)


def serve(installation, folder, gateway):
    """Starts the installed gateway with the sample configuration, in places that can be written."""
    run(installation.prefix / "bin/vaultctl", "keygen", "--keyring", folder / "keyring.json",
        "--secret", folder / "secret", env={**os.environ, "VAULT_PASSPHRASE": "correct horse battery"})
    (folder / "jwt.secret").write_text("0123456789abcdef" * 4)
    text = (installation.prefix / "share/gql-integrations/gateway.json").read_text()
    plugins = installation.prefix / installation.libdir / "gql-plugins"
    text = text.replace(f'"{installation.plugins}"', f'"{plugins}"').replace("4000", "0")
    text = re.sub(r"/(?:var/lib|etc|run/credentials)/gql-gateway(?:\.service)?", str(folder), text)
    (folder / "gateway.json").write_text(text)
    return subprocess.Popen(["node", gateway / "demo/server.js", "--config", folder / "gateway.json"],
                            stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)


def check_gateway(installation, folder):
    if not (ROOT / "examples/node_modules").is_dir():
        report(True, "the gateway runs # SKIP run examples/npm-ci.sh examples first")
        return
    gateway = folder / "gateway"
    shutil.copytree(installation.prefix / installation.libdir / "gql-integrations/gateway", gateway)
    link_packages(gateway)
    check_programs(gateway)
    server = serve(installation, folder, gateway)
    lines = []
    for line in server.stdout:
        lines.append(line)
        if "serving http" in line:
            break
    server.terminate()
    lines += server.communicate(timeout=60)[0].splitlines(True)
    report(server.returncode == 0 and any("serving http" in line for line in lines)
           and (folder / "integrations.db").is_file(),
           "the installed gateway serves with the sample configuration", "".join(lines))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        installation = Installation(folder / "destination")
        check_files(installation)
        check_tools(installation)
        check_pages(installation)
        check_manuals(installation)
        check_hello(installation, folder)
        check_new(installation, folder)
        check_unit(installation)
        check_gateway(installation, folder)
    print(f"1..{len(RESULTS)}")


main()
