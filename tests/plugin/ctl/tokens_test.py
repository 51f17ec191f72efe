# SPDX-License-Identifier: MIT
"""The command tokens expiring. Prints TAP."""

import os

from ctl import Vault, gateway, main, sql, test, unsigned_token


def fill(scratch, database):
    """Integrations with tokens of all kinds. Returns the vault and the IDs by title."""
    vault = Vault(scratch.folder)
    tokens = {"soon": vault.issue("--exp", "+10d"), "later": vault.issue("--exp", "+60d"),
              "never": vault.issue("--jti", "t1"), "expired": vault.issue("--exp", "+1d"), "none": None}
    with gateway(database, credentials={"keyring": vault.keyring}) as running:
        ids = {title: running.create("acme", title, **({} if token is None else {"credentialRef": token}))
               for title, token in tokens.items()}
        running.create("globex", "other's", credentialRef=vault.issue("--exp", "+2d", aud="globex"))
    return vault, ids


def found(scratch, code, *arguments):
    return {one["title"]: one["state"]
            for one in scratch.json(code, "tokens", "expiring", *arguments)}


@test
def tokens_that_expire_are_listed(scratch):
    _, ids = fill(scratch, {"path": scratch.database})
    of = ["--database", scratch.database]
    assert found(scratch, 0, *of, "--within", "1h") == {}
    assert found(scratch, 1, *of, "--within", "30d", "--organization", "acme") == {
        "soon": "expiring", "expired": "expiring"}
    assert set(found(scratch, 1, *of, "--within", "10w")) == {"soon", "later", "expired", "other's"}
    said = scratch.json(1, "tokens", "expiring", *of, "--within", "3d", "--organization", "acme")
    assert [one["id"] for one in said] == [ids["expired"]] and len(said[0]["fingerprint"]) == 32
    result = scratch.expect(1, "tokens", "expiring", *of, "--within", "30d")
    assert "v4.public" not in result.stdout and f"{ids['soon']}  acme  soon" in result.stdout, result
    sql(scratch.database, "UPDATE integration SET credential_ref = "
                          f"'{unsigned_token(exp='2020-01-01T00:00:00Z')}' WHERE title = 'never'")
    assert found(scratch, 1, *of, "--within", "1h") == {"never": "expired"}
    for wrong in ["30", "30y", "+30d", "", "x" * 40]:
        scratch.expect(2, "tokens", "expiring", *of, "--within", wrong)


@test
def revocations_are_found_by_the_keyring(scratch):
    os.mkdir(scratch.root)
    vault, _ = fill(scratch, {"root": scratch.root})
    of = ["--root", scratch.root, "--within", "1h", "--keyring", vault.keyring]
    assert found(scratch, 0, *of) == {}
    vault.run("revoke-token", "--keyring", vault.keyring, "t1")
    assert found(scratch, 1, *of) == {"never": "revoked"}
    kid = vault.run("list", "--keyring", vault.keyring).split("k4.pid.")[1].split()[0]
    vault.run("revoke", "--keyring", vault.keyring, f"k4.pid.{kid}")
    said = found(scratch, 1, *of)
    assert set(said) == {"soon", "later", "never", "expired", "other's"}, said
    assert set(said.values()) <= {"revoked_key", "revoked"}, said
    told = scratch.expect(3, *["tokens", "expiring", *of[:4], "--keyring", "/no such file"]).stderr
    assert "no such file" in told, told


@test
def each_organization_can_have_its_own_keyring(scratch):
    os.mkdir(scratch.root)
    vaults = {}
    for name in ("acme", "globex", "initech"):
        os.mkdir(scratch.folder / name)
        vaults[name] = Vault(scratch.folder / name)
    template = str(scratch.folder / "{organization}" / "keyring.json")
    for database in ({"root": scratch.root}, {"path": scratch.database}):
        with gateway(database, credentials={"keyring": template}) as running:
            for name, vault in vaults.items():
                running.create(name, name, credentialRef=vault.issue("--jti", f"of-{name}", aud=name))
    ways = [["--root", scratch.root], ["--database", scratch.database]]
    for way in ways:
        assert found(scratch, 0, *way, "--within", "1h", "--keyring", template) == {}
        # Another organization's keyring does not know the key.
        assert found(scratch, 1, *way, "--within", "1h", "--keyring", vaults["globex"].keyring) == {
            "acme": "unknown_key", "initech": "unknown_key"}
    vaults["acme"].run("revoke-token", "--keyring", vaults["acme"].keyring, "of-acme")
    vaults["acme"].run("revoke-token", "--keyring", vaults["acme"].keyring, "of-globex")
    for way in ways:
        assert found(scratch, 1, *way, "--within", "1h", "--keyring", template) == {"acme": "revoked"}
    os.remove(vaults["globex"].keyring)
    for way in ways:
        result = scratch.expect(3, "tokens", "expiring", *way, "--within", "1h", "--keyring", template, "--json")
        assert '"revoked"' in result.stdout and result.stderr.count("globex/keyring.json") == 1, result
    for wrong in ("{tenant}.json", "{organization", "a}{organization}"):
        told = scratch.expect(2, "tokens", "expiring", *ways[0], "--within", "1h", "--keyring", wrong).stderr
        assert "--keyring" in told, told


@test
def rows_that_are_damaged_are_a_failure(scratch):
    scratch.make()
    sql(scratch.database, "PRAGMA ignore_check_constraints = ON; UPDATE integration SET version = 0")
    told = scratch.expect(3, "tokens", "expiring", "--database", scratch.database, "--within", "1d").stderr
    assert "is damaged" in told, told


main()
