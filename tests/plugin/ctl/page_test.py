# SPDX-License-Identifier: MIT
"""Runs the samples of examples/operating.md beside gateways, and compares its tables. Prints TAP."""

import os
import pathlib
import re
import sys

from ctl import CTL, Vault, gateway, main, test

ROOT = pathlib.Path(os.environ["ROOT"])
sys.path.append(str(ROOT / "tests/support"))
import page  # noqa: E402

TEXT = (ROOT / "examples/operating.md").read_text()
CONTENT = [("acme", "ERP connector", True), ("acme", "Mail relay", True), ("globex", "CRM", False)]
TOKEN_OF = "Mail relay"
DELETED = "Old mail relay"


def fill(running, token):
    for organization, title, is_active in CONTENT:
        made = running.create(organization, title, **({"credentialRef": token} if title == TOKEN_OF else {}))
        if not is_active:
            running.update(made, 1, isActive=False)
    running.delete(running.create("acme", DELETED), 1)


@test
def the_samples_do_what_is_shown(scratch):
    os.mkdir(scratch.root)
    environment = {**os.environ, "PATH": f"{pathlib.Path(CTL).parent}:{os.environ['PATH']}"}
    vault = Vault(scratch.folder)
    token = vault.issue("--exp", "+10d")
    credentials = {"keyring": vault.keyring}
    with (gateway({"path": scratch.database}, credentials=credentials) as one,
          gateway({"root": scratch.root}, credentials=credentials) as many):
        fill(one, token)
        fill(many, token)
        for _ in range(2):
            one.acknowledge("webhooks.crm", one.claim("webhooks.crm", limit=3))
        ran, whole = page.run(TEXT, scratch.folder, environment)
    wrong = [f"{command}\n{output}" for command, good, output in ran if not good]
    assert not wrong, "\n".join(wrong)
    assert whole and len(ran) >= 5, ran[-1:]


@test
def the_tables_have_what_help_says(scratch):
    shown = scratch.expect(0, "--help").stdout
    offered = re.findall(r"^  (integrationsctl .* .*)$", shown.split("\n\n")[1], re.M)
    listed = re.findall(r"^\| `(integrationsctl .*?)` \|", TEXT.replace("\\|", "|"), re.M)
    assert offered == listed and offered, (offered, listed)
    codes = re.findall(r"^\| (\d) \| (.*) \|$", TEXT, re.M)
    told = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in codes) + "."
    assert told in shown, told


@test
def every_command_has_a_sample(scratch):
    commands = re.findall(r"^  integrationsctl ([a-z]+(?: [a-z]+)?) \(?--", scratch.expect(0, "--help").stdout, re.M)
    run = " ".join(command for command, _ in page.samples(TEXT))
    missing = [name for name in commands if f"integrationsctl {name} " not in run]
    assert commands and not missing, missing


@test
def its_links_lead_somewhere(scratch):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)
    missing = [link for link in links if not (ROOT / "examples" / link).exists()]
    assert links and not missing, missing


main()
