# SPDX-License-Identifier: MIT
"""Runs vaultctl as an operator does: vaultctl_test.py VAULTCTL. Prints TAP."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
from tool import VAULTCTL, main, talk, test, token_of  # noqa: E402


@test
def help_and_usage(vault):
    assert "keygen" in vault.expect(0, "--help").stdout
    assert vault.expect(0, "--version").stdout.startswith("vaultctl ")
    assert vault.expect(0, "-h").stdout == vault.expect(0, "--help").stdout
    for command in ["keygen", "rewrap", "issue", "verify", "inspect", "list", "retire", "revoke",
                    "revoke-token", "unrevoke"]:
        told = vault.expect(0, command, "--help").stdout
        assert told.startswith(f"vaultctl {command}") and "[--json]" in told
        assert vault.expect(0, command, "-h").stdout == told
    for wrong in [
        [], ["fly"], ["keygen"], ["keygen", "--keyring"], ["issue", "--secret", "x"],
        ["verify", "--keyring", "k", "--aud", "a"],
        ["verify", "--keyring", "k", "--aud", "a", "x", "y"],
        ["list", "--colour", "red"], ["list", "--keyring", "k", "x"],
        ["inspect", "--keyring", "k", "x"],
    ]:
        result = vault.expect(2, *wrong)
        assert result.stderr and not result.stdout, wrong


@test
def no_option_takes_the_passphrase(vault):
    vault.expect(2, "keygen", "--keyring", vault.keyring, "--secret", vault.secret,
                 "--passphrase", "x")


@test
def a_key_signs_and_verifies(vault):
    kid = vault.keygen()
    assert kid.startswith("k4.pid.")
    assert stat.S_IMODE(os.stat(vault.secret).st_mode) == 0o600
    assert pathlib.Path(vault.secret).read_text().startswith("k4.secret-pw.")
    token = vault.issue("--exp", "+30d", "--iss", "vault", "--jti", "t1")
    assert "\n" not in token and token.startswith("v4.public.")
    claims = json.loads(vault.verify(0, token).stdout)
    given = [claims[name] for name in ["sub", "aud", "iss", "jti"]]
    assert given == ["kv/a", "acme", "vault", "t1"]
    assert json.loads(vault.verify(0, "-", text_in=token + "\n").stdout) == claims
    vault.verify(0, token, "acme", "--iss", "vault")


@test
def rejections_name_their_reason(vault):
    vault.keygen()
    token = vault.issue()
    changed = token[:20] + ("B" if token[20] == "A" else "A") + token[21:]
    for reason, result in [
        ("wrong_organization", vault.verify(1, token, "other")),
        ("wrong_issuer", vault.verify(1, token, "acme", "--iss", "x")),
        ("not_yet_valid", vault.verify(1, vault.issue("--nbf", "+1h"))),
        ("malformed", vault.verify(1, "rubbish")),
        ("malformed", vault.verify(1, "x" * 5000)),
        ("unsupported_version", vault.verify(1, token.replace("v4.public", "v4.local"))),
        ("bad_signature", vault.verify(1, changed)),
    ]:
        assert f"rejected: {reason}:" in result.stderr and result.stdout == "", result.stderr


@test
def rotation_retires_and_keeps(vault):
    first = vault.keygen()
    old = vault.issue()
    second = vault.keygen()
    listed = vault.expect(0, "list", "--keyring", vault.keyring).stdout
    assert f"{first}  retired" in listed and f"{second}  active" in listed, listed
    vault.verify(0, old)
    vault.verify(0, vault.issue())
    kept = [path for path in vault.folder.iterdir() if ".before-" in path.name]
    assert len(kept) == 1 and stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    vault.expect(0, "issue", "--secret", str(kept[0]), "--aud", "a", "--sub", "s")


@test
def revoking(vault):
    kid = vault.keygen()
    token = vault.issue("--jti", "t1")
    vault.expect(0, "revoke-token", "--keyring", vault.keyring, "t1")
    vault.expect(0, "revoke-token", "--keyring", vault.keyring, "t1")
    assert "rejected: revoked:" in vault.verify(1, token).stderr
    vault.verify(0, vault.issue())
    vault.expect(0, "retire", "--keyring", vault.keyring, kid)
    vault.verify(0, vault.issue())
    vault.expect(0, "revoke", "--keyring", vault.keyring, kid)
    assert "rejected: revoked_key:" in vault.verify(1, vault.issue()).stderr
    vault.expect(3, "retire", "--keyring", vault.keyring, kid)
    vault.expect(3, "revoke", "--keyring", vault.keyring, "k4.pid.nobody")
    assert 'revoked token "t1"' in vault.expect(0, "list", "--keyring", vault.keyring).stdout


@test
def inspect_says_that_nothing_is_verified(vault):
    vault.keygen()
    result = vault.expect(0, "inspect", vault.issue())
    assert "NOT VERIFIED" in result.stderr
    document = json.loads(result.stdout)
    assert document["verified"] is False and "kid" in document["footer"], document
    vault.expect(1, "inspect", "rubbish")


@test
def unusable_files_and_passphrases_are_reported(vault):
    vault.expect(3, "keygen", "--keyring", "/no such folder/k", "--secret", vault.secret)
    vault.expect(3, "list", "--keyring", vault.keyring)
    vault.keygen()
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    assert "passphrase" in vault.expect(3, *issue, VAULT_PASSPHRASE="wrong").stderr
    vault.expect(3, *issue, VAULT_PASSPHRASE="")
    vault.expect(3, *issue, VAULT_PASSPHRASE=None)  # There is no terminal either.
    file = vault.folder / "passphrase"
    file.write_text("test\n")
    vault.expect(0, *issue, VAULT_PASSPHRASE="wrong", VAULT_PASSPHRASE_FILE=str(file))
    vault.expect(3, *issue, VAULT_PASSPHRASE_FILE="/no such file")
    pathlib.Path(vault.secret).write_text("k4.secret-pw.rubbish")
    vault.expect(3, *issue)


@test
def options_of_issue_are_checked(vault):
    vault.keygen()
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    for wrong in [
        ["--sub", ""], ["--sub", "s" * 513], ["--aud", ""], ["--exp", "tomorrow"], ["--exp", "+1y"],
        ["--exp", "+99999999999d"], ["--exp", "+9999999d"], ["--exp", "9999-12-31T23:59:59-01:00"],
        ["--nbf", "0000-01-01T00:00:00+01:00"], ["--jti", "x" * 5000],
        ["--exp", "2020-01-01T00:00:00Z"], ["--exp", "+0s"], ["--nbf", "+2h", "--exp", "+1h"],
        ["--nbf", "+1h", "--exp", "+1h"],
    ]:
        vault.expect(2, *issue, *wrong)
    assert "512 bytes" in vault.expect(2, *issue, "--sub", "").stderr
    assert "4096 bytes" in vault.expect(2, *issue, "--jti", "x" * 5000).stderr


@test
def nothing_in_a_token_or_a_file_commands_the_terminal(vault):
    odd = "\x1b[2J\x7f\x9b31m\u202e\u2066\u200f\u2028\ufeff\xad\u200b\u2060\u180e\ufff9\U000e0041"
    for payload in [
        json.dumps({odd: [odd]}, ensure_ascii=False),
        '{"a":"\u202e\x9b\x7f \\ud800"}',
        odd,
        '{"a":"\x9b',
    ]:
        shown = vault.expect(0, "inspect", token_of(payload.encode(), payload.encode())).stdout
        assert not set(shown) & set(odd) - set("[2J31m"), ascii(shown)
    shown = vault.expect(0, "inspect", token_of('{"a":"é€😀"}'.encode())).stdout
    assert '"é€😀"' in shown, ascii(shown)
    vault.keygen()
    for jti in ["\u202e", "\x9b", "\x7f", "\ufeff", "\U000e0041"]:
        vault.expect(0, "revoke-token", "--keyring", vault.keyring, jti)
    shown = vault.expect(0, "list", "--keyring", vault.keyring).stdout
    assert r'"\u202e"' in shown and r'"\u009b"' in shown and r'"\u007f"' in shown, ascii(shown)
    assert r'"\ufeff"' in shown and r'"\udb40\udc41"' in shown, ascii(shown)
    assert json.loads(r'"\udb40\udc41"') == "\U000e0041"
    for result in [
        vault.expect(3, "revoke", "--keyring", vault.keyring, odd),
        vault.expect(3, "list", "--keyring", "/no such " + odd),
        vault.expect(2, odd), vault.expect(2, "list", odd),
    ]:
        assert not set(result.stderr) & set(odd) - set("[2J31m"), ascii(result.stderr)


@test
def the_secret_key_has_a_file_of_its_own(vault):
    kid = vault.keygen()
    link = vault.folder / "link"
    link.symlink_to(vault.keyring)
    before = pathlib.Path(vault.keyring).read_text()
    for keyring, secret in [
        (vault.keyring, vault.keyring), (vault.keyring, str(link)),
        (vault.keyring, vault.keyring + ".lock"), (vault.keyring, vault.keyring + ".vault-new"),
        (vault.keyring, vault.keyring + ".notes"), (vault.secret + ".notes", vault.secret),
        (vault.secret + ".lock", vault.secret), (vault.secret + ".vault-new", vault.secret),
        (str(vault.folder / "new"), str(vault.folder / "new")),
    ]:
        result = vault.expect(3, "keygen", "--keyring", keyring, "--secret", secret)
        assert "a file of its own" in result.stderr, result.stderr
    assert pathlib.Path(vault.keyring).read_text() == before and kid in vault.expect(
        0, "list", "--keyring", vault.keyring).stdout
    vault.verify(0, vault.issue())
    names = ["keyring.json", "keyring.json.notes", "link", "secret.paserk"]
    assert sorted(path.name for path in vault.folder.iterdir()) == names


@test
def a_secret_key_is_replaced_where_its_link_leads(vault):
    safe = vault.folder / "safe"
    safe.mkdir()
    real = safe / "secret"
    pathlib.Path(vault.secret).symlink_to(real)
    dangling = vault.expect(3, "keygen", "--keyring", vault.keyring, "--secret", vault.secret)
    assert "a file that is missing" in dangling.stderr
    real.touch(0o600)
    if os.geteuid() == 0:
        os.chown(real, 12, 34)
    vault.keygen()
    assert os.path.islink(vault.secret) and real.read_text().startswith("k4.secret-pw.")
    status = real.stat()
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert os.geteuid() != 0 or (status.st_uid, status.st_gid) == (12, 34)
    vault.verify(0, vault.issue())
    assert sorted(path.name.split(".before-")[0] for path in safe.iterdir()) == ["secret"] * 2
    names = ["keyring.json", "keyring.json.notes", "safe", "secret.paserk"]
    assert sorted(path.name for path in vault.folder.iterdir()) == names


@test
def neighbours_of_the_keyring_are_left_alone(vault):
    vault.keygen()
    prepared = pathlib.Path(vault.keyring + ".new")
    prepared.write_text("prepared by somebody")
    vault.expect(0, "revoke-token", "--keyring", vault.keyring, "t1")
    assert prepared.read_text() == "prepared by somebody"
    lock = pathlib.Path(vault.keyring + ".lock")
    lock.write_text("somebody's file")
    assert "move it away" in vault.expect(
        3, "revoke-token", "--keyring", vault.keyring, "t2").stderr
    assert lock.read_text() == "somebody's file"


@test
def reading_needs_no_lock_and_leaves_nothing(vault):
    vault.keygen()
    token = vault.issue()
    names = ["keyring.json", "keyring.json.notes", "secret.paserk"]
    assert sorted(path.name for path in vault.folder.iterdir()) == names
    os.mkdir(vault.keyring + ".lock")  # No lock can be taken, as on a read-only file system.
    vault.expect(0, "list", "--keyring", vault.keyring)
    vault.verify(0, token)
    vault.expect(3, "revoke-token", "--keyring", vault.keyring, "t1")
    os.rmdir(vault.keyring + ".lock")
    failed = vault.folder / "failed"
    failed.mkdir()
    keygen = ["keygen", "--keyring", str(failed / "k"), "--secret"]
    vault.expect(3, *keygen, "/no such folder/s")
    vault.expect(3, *keygen, str(failed / "s"), VAULT_PASSPHRASE="")
    assert not list(failed.iterdir()), list(failed.iterdir())


@test
def a_token_is_revoked_byte_for_byte(vault):
    vault.keygen()
    text = json.loads(pathlib.Path(vault.keyring).read_text())
    text["revokedTokens"] = ["t1\0more"]
    pathlib.Path(vault.keyring).write_text(json.dumps(text))
    token = vault.issue("--jti", "t1")
    vault.verify(0, token)
    vault.expect(0, "revoke-token", "--keyring", vault.keyring, "t1")
    assert "rejected: revoked:" in vault.verify(1, token).stderr


@test
def files_of_secrets_that_others_can_use_are_warned_about(vault):
    vault.keygen()
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    assert "warning" not in vault.expect(0, *issue).stderr
    file = vault.folder / "passphrase"
    file.write_text("test\n")
    for path, mode in [(vault.secret, 0o666), (vault.secret, 0o604), (vault.secret, 0o640),
                       (str(file), 0o644)]:
        os.chmod(vault.secret, 0o600)
        os.chmod(file, 0o600)
        os.chmod(path, mode)
        told = vault.expect(0, *issue, VAULT_PASSPHRASE_FILE=str(file)).stderr
        assert f"'{path}', of mode {mode:o}" in told, told


@test
def output_that_is_lost_is_reported(vault):
    vault.keygen()
    with open("/dev/full", "w") as full:
        result = subprocess.run([VAULTCTL, "list", "--keyring", vault.keyring], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 3 and "standard output" in result.stderr, result


@test
def the_terminal_is_asked_without_echo(vault):
    keygen = ["keygen", "--keyring", vault.keyring, "--secret", vault.secret]
    shown, status = talk(keygen, [b"s3cret words\n", b"s3cret words\n"])
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, shown
    assert b"s3cret" not in shown and b"k4.pid." in shown, shown
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    vault.expect(0, *issue, VAULT_PASSPHRASE="s3cret words")


@test
def different_passphrases_are_not_accepted(vault):
    keygen = ["keygen", "--keyring", vault.keyring, "--secret", vault.secret]
    shown, status = talk(keygen, [b"one\n", b"two\n"])
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 3, shown
    assert b"differ" in shown and not os.path.exists(vault.secret)


@test
def ctrl_c_cancels_the_question(vault):
    keygen = ["keygen", "--keyring", vault.keyring, "--secret", vault.secret]
    for answers in [[b"\x03"], [b"one\n", b"\x03"]]:
        shown, status = talk(keygen, answers)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, (shown, status)
        assert not list(vault.folder.iterdir()), list(vault.folder.iterdir())


@test
def files_have_safe_modes_whatever_the_umask(vault):
    for mask in [0, 0o022, 0o777]:
        previous = os.umask(mask)
        vault.keygen()
        os.umask(previous)
        vault.expect(0, "revoke-token", "--keyring", vault.keyring, f"t{mask}")
        modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in vault.folder.iterdir()}
        assert modes.pop(".json") == modes.pop(".notes") == 0o644 and set(modes.values()) == {0o600}, (mask, modes)
        os.unlink(vault.keyring)


@test
def a_kept_secret_that_others_can_use_is_warned_about(vault):
    vault.keygen()
    os.chmod(vault.secret, 0o666)
    told = vault.expect(0, "keygen", "--yes", "--keyring", vault.keyring, "--secret",
                        vault.secret).stderr
    assert ".before-" in told and "of mode 666" in told, told


@test
def a_keyring_that_others_can_change_is_warned_about(vault):
    kid = vault.keygen()
    token = vault.issue()
    for mode in [0o666, 0o664, 0o646]:
        os.chmod(vault.keyring, mode)
        for command in [["list"], ["verify", "--aud", "acme", token], ["revoke-token", "t1"],
                        ["retire", kid]]:
            told = vault.expect(0, *command, "--keyring", vault.keyring).stderr
            assert f"'{vault.keyring}', of mode {mode:o}" in told, (command, told)
    os.chmod(vault.keyring, 0o644)
    assert "mode" not in vault.expect(0, "list", "--keyring", vault.keyring).stderr


@test
def short_passphrases_are_warned_about_when_they_are_chosen(vault):
    keygen = ["keygen", "--yes", "--keyring", vault.keyring, "--secret", vault.secret]
    for passphrase in ["ab", "é" * 11, "x" * 11]:
        told = vault.expect(0, *keygen, VAULT_PASSPHRASE=passphrase).stderr
        assert "warning: the passphrase is short" in told, told
    for passphrase in ["é" * 12, "x" * 12]:
        told = vault.expect(0, *keygen, VAULT_PASSPHRASE=passphrase).stderr
        assert "passphrase is short" not in told, told
    issue = ["issue", "--secret", vault.secret, "--aud", "a", "--sub", "s"]
    assert "warning" not in vault.expect(0, *issue, VAULT_PASSPHRASE="x" * 12).stderr


main()
