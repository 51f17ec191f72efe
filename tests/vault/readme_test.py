# SPDX-License-Identifier: MIT
"""
Compares vault/README.md with the tool and the sources: readme_test.py ROOT VAULTCTL. Prints TAP.

The console samples run in an empty folder (tests/support/page.py).
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT, VAULTCTL = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "tests/support"))
import page  # noqa: E402

TEXT = (ROOT / "vault/README.md").read_text()
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in [] if good else notes:
        print("# " + str(note).replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
    return {**kept, **more}


def check_samples(folder):
    environment = clean_environment(PATH=f"{VAULTCTL.parent}:{os.environ['PATH']}")
    ran, whole = page.run(TEXT, folder, environment)
    report(len(ran) >= 15, "the page has samples", f"{len(ran)}")
    report(whole, "the shell runs all of them", ran[-1:])
    for command, good, output in ran:
        report(good, command, f"it printed: {output}")


def check_keyring(folder):
    """The sample of a keyring file is one that vaultctl reads, with every member shown."""
    path = pathlib.Path(folder) / "sample.json"
    path.write_text(re.search(r"^```json\n(.*?)^```", TEXT, re.S | re.M)[1])
    result = subprocess.run([VAULTCTL, "list", "--keyring", path], capture_output=True, text=True,
                            env=clean_environment(), timeout=60)
    shown = result.stdout
    expected = ["active", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", '"crm-1"']
    good = result.returncode == 0 and all(text in shown for text in expected)
    report(good, "vaultctl reads the sample of a keyring", result.stderr, shown)


def check_commands():
    listed = subprocess.run([VAULTCTL, "--help"], capture_output=True, text=True, check=True).stdout
    offered = re.findall(r"^  (vaultctl [a-z-]+ .*)$", listed, re.M)
    shown = re.findall(r"^\| `(vaultctl .*?)` \|", TEXT.replace("\\|", "|"), re.M)
    good = offered == shown and len(shown) == 10
    report(good, "the table has the commands of --help", offered, shown)
    codes = re.findall(r"^\| (\d) \| (.*) \|$", TEXT, re.M)
    told = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in codes) + "."
    report(told in listed, "the table has the exit codes of --help", told)


def macros():
    source = (ROOT / "vault/limit.h").read_text()
    return dict(re.findall(r"^#define (VAULT_\w+) (\d+)", source, re.M))


def check_reasons():
    """In the source, a text consists of string literals and VAULT_TOKEN_LIMIT_TEXT."""
    source = (ROOT / "vault/credential_ref.h").read_text()
    listed = re.search(r"#define VAULT_TOKEN_STATUSES\(X\)(.*?)\n\n", source, re.S)[1]
    limit = macros()["VAULT_TOKEN_LIMIT"]
    listed = listed.replace("\\\n", " ").replace("VAULT_TOKEN_LIMIT_TEXT", f'"{limit}"')
    rows = [(name, re.sub(r'"\s*"', "", text))
            for name, text in re.findall(r'X\(\w+, "(\w+)",\s*"((?:[^"]|"\s*")*)"\)', listed)]
    shown = re.findall(r"^\| `([a-z_]+)` \| (The .*|A .*) \|$", TEXT, re.M)
    good = rows == shown and len(rows) == 11
    report(good, "the table has the reasons of credential_ref.h", rows, shown)


def check_limits():
    shown = re.findall(r"^\| .* \| (\d+)(?: \w+)? \| `(VAULT_\w+)` \|$", TEXT, re.M)
    wrong = [(number, name) for number, name in shown if macros().get(name) != number]
    report(len(shown) == 8 and not wrong, "the table has the limits of limit.h", wrong)


def check_names():
    """Each file and folder that the page names exists, and so does each of the library's headers."""
    library = TEXT[TEXT.index("## The library"):]
    named = re.findall(r"`([\w/]+(?:\.[ch]|/))`", library)
    bases = [ROOT, ROOT / "vault"]
    missing = [name for name in named if not any((base / name).exists() for base in bases)]
    report(len(named) > 20 and not missing, "the files on the page exist", missing)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    missing = [link for link in links if not (ROOT / "vault" / link).exists()]
    report(links and not missing, "the links of the page lead somewhere", missing)
    headers = {path.name for path in (ROOT / "vault").glob("*.h")}
    report(headers <= set(named), "every header has its row", headers - set(named))


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_samples(folder)
        check_keyring(folder)
    check_commands()
    check_reasons()
    check_limits()
    check_names()
    print(f"1..{len(RESULTS)}")


main()
