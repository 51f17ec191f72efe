# SPDX-License-Identifier: MIT
"""
What bash completes for the tools: completion_test.py COMPLETION TOOL…. Prints TAP.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import tap  # noqa: E402
from tap import test  # noqa: E402

COMPLETION, *TOOLS = (str(pathlib.Path(each).resolve()) for each in sys.argv[1:])
ENVIRONMENT = {**os.environ, "VAULT_PASSPHRASE": "correct horse battery", "PATH": ":".join(
    [*(str(pathlib.Path(tool).parent) for tool in TOOLS), os.environ["PATH"]])}
ALWAYS = {"--help", "--version"}


def run(folder, *command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, env=ENVIRONMENT,
                          check=True)
    assert done.stderr == "", done.stderr
    return done.stdout


def complete(folder, line):
    """What may stand in place of the line's last word, of which `|` stands for one that is empty."""
    words = shlex.split(line.replace("|", "''"))
    script = (f'source {shlex.quote(COMPLETION)}; COMP_WORDS=({shlex.join(words)}); '
              f'COMP_CWORD={len(words) - 1}; _gql_tool; printf "%s\\n" "${{COMPREPLY[@]}}"')
    found = run(folder, "bash", "-c", script).split()
    assert len(found) == len(set(found)), found
    return set(found)


def usages_of(folder, tool):
    """How each command is used, by its name."""
    overview = run(folder, tool, "--help")
    return dict(re.findall(rf"^  {tool} ([a-z][a-z-]*(?: [a-z]+)?) (.*)$", overview, re.M))


@test
def every_command_and_option_is_completed(folder):
    for tool, least in [("vaultctl", 10), ("integrationsctl", 15)]:
        usages = usages_of(folder, tool)
        assert len(usages) >= least, usages
        assert complete(folder, f"{tool} |") == {name.split()[0] for name in usages} | ALWAYS
        assert complete(folder, f"{tool} --") == ALWAYS
        for command, usage in usages.items():
            expected = {*re.findall(r"--[a-z]+", usage), "--help"}
            found = complete(folder, f"{tool} {command} --")
            assert found == expected, (tool, command, found, expected)


@test
def a_word_that_is_begun_is_completed(folder):
    assert complete(folder, "vaultctl re") == {"rewrap", "retire", "revoke", "revoke-token"}
    assert complete(folder, "integrationsctl t") == {"tenants", "tokens"}
    assert {"list", "erase", "move"} < complete(folder, "integrationsctl tenants |")
    assert complete(folder, "integrationsctl tenants m") == {"move"}
    assert complete(folder, "integrationsctl check --json --d") == {"--database"}
    assert complete(folder, "integrationsctl tenants move --t") == {"--to"}
    assert complete(folder, "integrationsctl nonsense --") == {"--help"}


@test
def tools_without_commands_have_options(folder):
    for tool in ["gql-plugin-check", "gql-plugin-new"]:
        told = run(folder, tool, "--help")
        expected = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", told, re.M)) | ALWAYS
        assert len(expected) >= 5 and complete(folder, f"{tool} --") == expected, (tool, expected)


@test
def files_are_completed_where_they_are_expected(folder):
    for name in ["secret.paserk", "see.so", "other"]:
        (pathlib.Path(folder) / name).touch()
    both = {"secret.paserk", "see.so"}
    for line in ["vaultctl issue --secret", "integrationsctl check --database", "integrationsctl tenants move --to",
                 "integrationsctl import --json --remint", "gql-plugin-check --config", "gql-plugin-new --sdk",
                 "gql-plugin-check"]:
        assert complete(folder, f"{line} se") == both, line
    for line in ["vaultctl issue --aud", "integrationsctl audit list --actor", "gql-plugin-check --rounds",
                 "integrationsctl check", "vaultctl inspect"]:
        assert complete(folder, f"{line} se") == set(), line


@test
def keys_of_the_keyring_are_completed(folder):
    kid = run(folder, "vaultctl", "keygen", "--keyring", "ring", "--secret", "secret").strip()
    for command in ["retire", "revoke"]:
        assert complete(folder, f"vaultctl {command} --keyring ring |") == {kid}
    assert complete(folder, "vaultctl unrevoke --keyring ring |") == set()


tap.run(pathlib.Path)
