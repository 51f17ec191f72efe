# SPDX-License-Identifier: MIT
"""Documents, dates, reasons, rotation and passphrases: administration_test.py VAULTCTL. Prints TAP."""

import json
import os
import pathlib
import re
import stat
import sys

sys.dont_write_bytecode = True
from tool import main, talk, test, token_of  # noqa: E402

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def document(vault, code, *arguments, **options):
    return json.loads(vault.expect(code, arguments[0], "--json", *arguments[1:], **options).stdout)


def listed(vault):
    return document(vault, 0, "list", "--keyring", vault.keyring)


@test
def every_command_prints_one_document(vault):
    keyring, secret = ["--keyring", vault.keyring], ["--secret", vault.secret]
    first = document(vault, 0, "keygen", *keyring, *secret)
    second = document(vault, 0, "keygen", "--yes", *keyring, *secret)
    assert first["retired"] == [] and second["retired"] == [first["kid"]]
    issued = document(vault, 0, "issue", *secret, "--aud", "acme", "--sub", "kv/a", "--jti", "t1")
    assert issued["kid"] == second["kid"] and issued["claims"]["jti"] == "t1"
    token = issued["token"]
    shown = document(vault, 0, "inspect", token)
    assert shown == {"verified": False, "claims": issued["claims"],
                     "footer": {"kid": second["kid"]}}
    verify = ["verify", *keyring, "--aud"]
    assert document(vault, 0, *verify, "acme", token) == {
        "valid": True, "claims": issued["claims"]}
    assert document(vault, 1, *verify, "globex", token)["reason"] == "wrong_organization"
    revoked = {"jti": "t1", "kid": second["kid"], "sub": "kv/a", "aud": "acme"}
    for already in [False, True]:
        assert document(vault, 0, "revoke-token", *keyring, token) == {
            **revoked, "revoked": True, "already": already}
    assert document(vault, 1, *verify, "acme", token)["reason"] == "revoked"
    assert document(vault, 0, "unrevoke", *keyring, token) == {
        **revoked, "revoked": False, "already": False}
    changed = document(vault, 0, "retire", *keyring, first["kid"])
    assert changed == {"kid": first["kid"], "state": "retired", "already": True}
    changed = document(vault, 0, "revoke", *keyring, first["kid"])
    assert changed == {"kid": first["kid"], "state": "revoked", "already": False}
    assert [key["state"] for key in listed(vault)["keys"]] == ["revoked", "active"]
    rewrapped = document(vault, 0, "rewrap", *secret, VAULT_NEW_PASSPHRASE="another one")
    assert rewrapped == {"kid": second["kid"], "secret": vault.secret}


@test
def what_is_not_json_is_told_within_the_document(vault):
    for payload, claims, text in [
        (b'{"a": 1, "a": 2}', {"a": 2}, None), (b'"\\ud800"', None, '"\\ud800"'),
        (b"not JSON", None, "not JSON"), (b"\xff", None, None), (b"7", 7, None), (b"", None, ""),
    ]:
        shown = json.loads(vault.expect(0, "inspect", token_of(payload)).stdout)
        assert shown["claims"] == claims and "line 1" in shown["claimsError"], shown
        assert shown.get("claimsText") == text and "footer" not in shown, shown


@test
def a_second_keygen_says_what_it_retires_and_asks(vault):
    kid = vault.keygen()
    keygen = ["keygen", "--keyring", vault.keyring, "--secret", vault.secret]
    before = {path: path.read_bytes() for path in vault.folder.iterdir()}
    told = vault.expect(2, *keygen)
    assert f"retires the active key {kid}" in told.stderr and "--yes" in told.stderr, told
    for answer in [b"\n", b"n\n", b"yesterday\n", b"\x04"]:
        shown, status = talk(keygen, [answer])
        assert os.WEXITSTATUS(status) == 2 and b"nothing was changed" in shown, shown
        assert kid.encode() in shown
    assert {path: path.read_bytes() for path in vault.folder.iterdir()} == before
    shown, status = talk(keygen, [b"y\n", b"a long passphrase\n", b"a long passphrase\n"])
    assert os.WEXITSTATUS(status) == 0, shown
    assert [key["state"] for key in listed(vault)["keys"]] == ["retired", "active"]
    vault.expect(0, "retire", "--keyring", vault.keyring, listed(vault)["keys"][1]["kid"])
    assert "retires" not in vault.expect(0, *keygen).stderr  # Nothing is active.


@test
def a_passphrase_is_changed(vault):
    kid = vault.keygen()
    token = vault.issue()
    os.chmod(vault.secret, 0o640)
    link = vault.folder / "link"
    link.symlink_to(vault.secret)
    rewrap = ["rewrap", "--secret", str(link)]
    same = vault.expect(3, *rewrap, VAULT_NEW_PASSPHRASE="test")
    assert "nothing was changed" in same.stderr, same.stderr
    assert "passphrase" in vault.expect(3, *rewrap, VAULT_PASSPHRASE="wrong").stderr
    assert "VAULT_NEW_PASSPHRASE_FILE" in vault.expect(3, *rewrap).stderr  # No terminal.
    assert "VAULT_NEW_PASSPHRASE is" in vault.expect(3, *rewrap, VAULT_NEW_PASSPHRASE="").stderr
    other = vault.folder / "other"
    os.link(vault.secret, other)
    assert "hard links" in vault.expect(3, *rewrap, VAULT_NEW_PASSPHRASE="another").stderr
    os.unlink(other)
    told = vault.expect(0, *rewrap, VAULT_NEW_PASSPHRASE="another")
    assert told.stdout.startswith(f"{kid} has a new passphrase") and "short" in told.stderr, told
    assert link.is_symlink() and stat.S_IMODE(os.stat(vault.secret).st_mode) == 0o600
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    vault.expect(3, *issue)
    vault.expect(0, *issue, VAULT_PASSPHRASE="another")
    vault.verify(0, token)
    file = vault.folder / "passphrase"
    file.write_text("words from a file\n")
    os.chmod(file, 0o600)
    vault.expect(0, *rewrap, VAULT_PASSPHRASE="another", VAULT_NEW_PASSPHRASE_FILE=str(file))
    vault.expect(0, *issue, VAULT_PASSPHRASE="words from a file")
    names = {"keyring.json", "keyring.json.notes", "link", "passphrase", "secret.paserk"}
    assert {path.name for path in vault.folder.iterdir()} == names


@test
def a_passphrase_is_changed_at_the_terminal(vault):
    vault.keygen()
    rewrap = ["rewrap", "--secret", vault.secret]
    shown, status = talk(rewrap, [b"test\n", b"another one\n", b"another one\n"])
    assert os.WEXITSTATUS(status) == 0 and b"another one" not in shown, shown
    vault.expect(0, "issue", "--secret", vault.secret, "--aud", "a", "--sub", "s",
                 VAULT_PASSPHRASE="another one")


@test
def a_revocation_is_taken_back(vault):
    kid = vault.keygen()
    unrevoke = ["unrevoke", "--keyring", vault.keyring]
    for operand, text_in in [("{}", ""), ("-", "{}\n"), ("t1", ""), ("-", "t1\n")]:
        token = vault.issue("--jti", "t1")
        vault.expect(0, "revoke-token", "--keyring", vault.keyring, "--reason", "a mistake", "t1")
        vault.verify(1, token)
        told = vault.expect(0, *unrevoke, operand.format(token), text_in=text_in.format(token))
        assert told.stdout.startswith("not revoked any more: "), told.stdout
        vault.verify(0, token)
        assert listed(vault)["revokedTokens"] == []
        assert "not revoked" in vault.expect(3, *unrevoke, "t1").stderr
    vault.expect(0, "revoke", "--keyring", vault.keyring, kid)
    assert "is a key" in vault.expect(2, *unrevoke, kid).stderr
    assert listed(vault)["keys"][0]["state"] == "revoked"


@test
def dates_and_reasons_are_listed_and_gateways_do_not_see_them(vault):
    first, second = vault.keygen(), vault.keygen()
    keyring = ["--keyring", vault.keyring]
    token = vault.issue("--exp", "+30d", "--jti", "t1")
    vault.expect(0, "revoke", *keyring, "--reason", "laptop \u202e lost", first)
    vault.expect(0, "revoke-token", *keyring, token)
    vault.expect(0, "revoke-token", *keyring, "t2", "--reason", "wrong organization")
    shown = listed(vault)
    keys = {key["kid"]: key for key in shown["keys"]}
    assert all(DATE.fullmatch(keys[first][name]) for name in ["created", "retired", "revoked"])
    assert keys[first]["reason"] == "laptop \u202e lost" and "revoked" not in keys[second]
    tokens = {found["jti"]: found for found in shown["revokedTokens"]}
    assert tokens["t1"]["sub"] == "kv/a" and tokens["t1"]["aud"] == "acme"
    assert DATE.fullmatch(tokens["t1"]["exp"]) and DATE.fullmatch(tokens["t2"]["revoked"])
    assert tokens["t2"]["reason"] == "wrong organization" and "reason" not in tokens["t1"]
    lines = vault.expect(0, "list", *keyring).stdout
    assert f'{first}  revoked  {keys[first]["revoked"]}' in lines, lines
    assert r'"laptop \u202e lost"' in lines and 'reason "wrong organization"' in lines, lines
    # Again: the reason changes, the date stays.
    vault.expect(0, "revoke", *keyring, "--reason", "laptop stolen", first)
    again = {key["kid"]: key for key in listed(vault)["keys"]}[first]
    assert again == {**keys[first], "reason": "laptop stolen"}, again
    vault.expect(0, "revoke-token", *keyring, "--reason", "leaked", "t1")
    again = {found["jti"]: found for found in listed(vault)["revokedTokens"]}["t1"]
    assert again == {**tokens["t1"], "reason": "leaked"}, again
    # Gateways of earlier releases refuse a keyring with members that they do not know.
    written = json.loads(pathlib.Path(vault.keyring).read_text())
    assert set(written) == {"version", "keys", "revokedTokens"}
    assert all(set(key) == {"paserk", "state"} for key in written["keys"])
    assert written["revokedTokens"] == ["t1", "t2"]


@test
def the_keyring_does_without_notes(vault):
    kid = vault.keygen()
    keyring = ["--keyring", vault.keyring]
    notes = pathlib.Path(vault.keyring + ".notes")
    notes.unlink()
    vault.expect(0, "revoke-token", *keyring, "t1")
    assert "created" not in listed(vault)["keys"][0]
    for text in ["rubbish", '{"version": 2, "keys": {}, "tokens": {}}', "[]", '{"version": 1}']:
        notes.write_text(text)
        assert "dates and reasons are missing" in vault.expect(0, "list", *keyring).stderr
        told = vault.expect(3, "revoke-token", *keyring, text).stderr
        assert "the keyring is changed, but its notes are not" in told and "move it away" in told
        revoked = json.loads(pathlib.Path(vault.keyring).read_text())["revokedTokens"]
        assert revoked[-1] == text and notes.read_text() == text
    odd = {"version": 1, "keys": {kid: {"created": 7, "reason": None, "kid": "x"}},
           "tokens": {"t1": []}}
    notes.write_text(json.dumps(odd))
    assert listed(vault)["keys"][0]["kid"] == kid
    vault.expect(0, "revoke-token", *keyring, "--reason", "r", "t1")
    notes.unlink()
    notes.mkdir()  # The notes can't be written.
    vault.expect(3, "retire", *keyring, kid)
    assert json.loads(pathlib.Path(vault.keyring).read_text())["keys"][0]["state"] == "retired"


@test
def keys_outside_of_their_dates_are_named_so(vault):
    vault.keygen()
    path = pathlib.Path(vault.keyring)
    keyring = json.loads(path.read_text())
    for member, date, condition in [("notAfter", "2020-01-01T00:00:00Z", "expired"),
                                    ("notBefore", "2999-01-01T00:00:00Z", "pending"),
                                    ("notBefore", "2020-01-01T00:00:00Z", "active")]:
        changed = {**keyring["keys"][0], member: date}
        path.write_text(json.dumps({**keyring, "keys": [changed]}))
        key = listed(vault)["keys"][0]
        assert key["condition"] == condition and key["state"] == "active", key
        lines = vault.expect(0, "list", "--keyring", vault.keyring).stdout
        assert re.search(rf"^k4\.pid\.\S+ +{condition} .* {date}", lines, re.M), lines


@test
def reasons_are_checked(vault):
    kid = vault.keygen()
    for command, operand in [("revoke", kid), ("retire", kid), ("revoke-token", "t1")]:
        for reason in ["", "x" * 513, b"\xff".decode(errors="surrogateescape")]:
            told = vault.expect(2, command, "--keyring", vault.keyring, "--reason", reason, operand)
            assert "--reason is" in told.stderr, told
    shown = listed(vault)
    assert shown["keys"][0]["state"] == "active" and shown["revokedTokens"] == []


main()
