# SPDX-License-Identifier: MIT
"""What vaultctl revokes and retires, and what it says: revocation_test.py VAULTCTL. Prints TAP."""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
from tool import Vault, main, test, token_of  # noqa: E402


def revoked_tokens(vault):
    return json.loads(pathlib.Path(vault.keyring).read_text())["revokedTokens"]


def revoke(vault, code, operand, text_in=""):
    return vault.expect(code, "revoke-token", "--keyring", vault.keyring, "--", operand,
                        text_in=text_in)


@test
def a_token_is_revoked_as_an_argument_from_standard_input_and_by_its_jti(vault):
    vault.keygen()
    for operand, text_in in [("{}", ""), ("-", "{}\n"), ("-", "{}")]:
        token, other = vault.issue("--exp", "+30d"), vault.issue()
        claims = json.loads(vault.verify(0, token).stdout)
        told = revoke(vault, 0, operand.format(token), text_in.format(token)).stdout
        assert told == (f'revoked token "{claims["jti"]}": subject "kv/a", organization "acme", '
                        f'expires "{claims["exp"]}"\n'), told
        assert "rejected: revoked:" in vault.verify(1, token).stderr
        vault.verify(0, other)
    for operand, text_in in [("t1", ""), ("-", "t2\n")]:
        token = vault.issue("--jti", text_in.strip() or operand)
        assert 'revoked jti "t' in revoke(vault, 0, operand, text_in).stdout
        assert "rejected: revoked:" in vault.verify(1, token).stderr
    assert "-" not in revoked_tokens(vault) and len(revoked_tokens(vault)) == 5


@test
def what_a_token_was_for_is_said_in_full(vault):
    kid = vault.keygen()
    token = vault.issue("--jti", "t1")
    assert "without an expiry" in revoke(vault, 0, token).stdout
    assert revoke(vault, 0, token).stdout.startswith('already revoked: token "t1"')
    assert revoke(vault, 0, "t1").stdout.startswith('already revoked: jti "t1"')
    assert revoked_tokens(vault) == ["t1"]
    later = vault.issue("--nbf", "+1h", "--jti", "t2")
    revoke(vault, 0, later)
    vault.expect(0, "revoke", "--keyring", vault.keyring, kid)
    assert "its key is revoked, too" in revoke(vault, 0, vault.issue()).stdout


@test
def a_token_that_the_keyring_does_not_accept_changes_nothing(vault):
    vault.keygen()
    token = vault.issue("--jti", "t1")
    other = Vault(vault.folder / "other")
    other.folder.mkdir()
    other_kid = other.keygen()
    unknown = revoke(vault, 1, other.issue())
    assert "does not know the token's key" in unknown.stderr, unknown.stderr
    changed = token[:20] + ("B" if token[20] == "A" else "A") + token[21:]
    assert "signature" in revoke(vault, 1, changed).stderr
    forged = token_of(b'{"jti":"t1"}', json.dumps({"kid": other_kid}).encode())
    assert "does not know" in revoke(vault, 1, forged).stderr
    for wrong in [token[:-40], token + ".x", token.replace("v4.public", "v2.local"), "v4.public."]:
        assert revoke(vault, 1, wrong).stdout == ""
    assert revoked_tokens(vault) == []
    vault.verify(0, token)


@test
def what_can_be_neither_a_token_nor_a_jti_is_refused(vault):
    kid = vault.keygen()
    jwt = "eyJhbGciOiJub25lIn0.eyJqdGkiOiJ0MSJ9.c2ln"
    wrong = ["", " ", "t1 ", "\tt1", kid, "k4.secret.abc", jwt, "x" * 5000, b"\xff".decode(
        errors="surrogateescape")]
    for operand in wrong:
        result = revoke(vault, 2, operand)
        assert result.stdout == "" and "the jti of one" in result.stderr, (operand, result)
    for text_in in ["", "\n", kid, jwt + "\n", "x" * 5000]:
        revoke(vault, 2, "-", text_in)
    assert revoked_tokens(vault) == []
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s", "--jti"]
    for operand in [*wrong, "-", "v4.public.x"]:  # None is issued that could not be revoked.
        vault.expect(2, *issue, operand)


@test
def a_token_without_a_jti_names_its_key(vault):
    # Signed by another program, with a key made of the bytes 0 to 31; the footer is empty.
    paserk = "k4.public.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
    token = ("v4.public.eyJzdWIiOiJrdi9hIiwiYXVkIjoiYWNtZSJ91YV_suCSyh8geMDidv8vPg_V1JoeL8H083go"
             "PyF0AXUKST_cwqLCTn5xPRlqmfUTac5IEPzQGHRKIYUaPFCjCw")
    keyring = {"version": 1, "keys": [{"paserk": paserk, "state": "active"}]}
    pathlib.Path(vault.keyring).write_text(json.dumps(keyring))
    vault.verify(0, token)
    told = revoke(vault, 1, token).stderr
    assert "has no jti" in told and "vaultctl revoke k4.pid." in told, told
    kid = told.split()[-1]
    vault.expect(0, "revoke", "--keyring", vault.keyring, kid)
    vault.verify(1, token)


@test
def what_earlier_releases_listed_in_vain_is_found_and_removed(vault):
    kid = vault.keygen()
    token = vault.issue("--jti", "t1")
    keyring = json.loads(pathlib.Path(vault.keyring).read_text())
    listed = [token, "-", kid, "", "t0"]
    pathlib.Path(vault.keyring).write_text(json.dumps({**keyring, "revokedTokens": listed}))
    vault.verify(0, token)
    told = vault.expect(0, "list", "--keyring", vault.keyring).stderr
    assert told.count("warning: ") == 4 and token[:40] in told and "revoke-token" in told, told
    revoke(vault, 0, token)
    vault.verify(1, token)
    for left, operand, text_in in [(5, token, ""), (4, "-", "-\n"), (3, kid, ""), (2, "-", "\n"),
                                   (1, "t0", "")]:
        vault.expect(0, "unrevoke", "--keyring", vault.keyring, operand, text_in=text_in)
        assert len(revoked_tokens(vault)) == left, revoked_tokens(vault)
    assert revoked_tokens(vault) == ["t1"]
    assert "warning" not in vault.expect(0, "list", "--keyring", vault.keyring).stderr
    vault.expect(0, "unrevoke", "--keyring", vault.keyring, token)
    vault.verify(0, token)


@test
def keys_say_what_became_of_them(vault):
    first, second = vault.keygen(), vault.keygen()
    change = ["--keyring", vault.keyring]
    told = vault.expect(0, "retire", *change, first)
    assert told.stdout.startswith(f"already retired {first}: its tokens stay valid"), told.stdout
    assert told.stderr == ""
    told = vault.expect(0, "revoke", *change, second)
    assert told.stdout.startswith(f"revoked {second}: gateways reject every token"), told.stdout
    assert "no key of the keyring is active" in told.stderr
    assert "already revoked" in vault.expect(0, "revoke", *change, second).stdout
    leaked = "k4.secret.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8c5WpIyC_5kWKhS8VEYSZ05dYfuTF-Z"
    for command in ["retire", "revoke"]:
        for operand in ["-", leaked, vault.issue()]:
            told = vault.expect(3, command, *change, "--", operand).stderr
            assert "KID must be the ID of a key" in told and leaked[:30] not in told, told


@test
def a_key_that_is_not_active_issues_nothing_if_the_keyring_is_given(vault):
    kid = vault.keygen()
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s", "--keyring"]
    assert vault.expect(0, *issue, vault.keyring).stdout.startswith("v4.public.")
    for command in ["retire", "revoke"]:
        vault.expect(0, command, "--keyring", vault.keyring, kid)
        told = vault.expect(3, *issue, vault.keyring)
        assert f"the key {kid} is not active" in told.stderr and told.stdout == "", told
    vault.expect(3, *issue, "/no such keyring")
    other = vault.folder / "other.json"
    other.write_text('{"version": 1, "keys": []}')
    vault.expect(3, *issue, str(other))


main()
