# SPDX-License-Identifier: MIT
"""Runs vaultctl for the tests of a file, each in a folder of its own. They are run by main()."""

import base64
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import tap  # noqa: E402
from tap import test  # noqa: E402, F401 Tests take it from here.

VAULTCTL = sys.argv[1]


class Vault:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.keyring = str(self.folder / "keyring.json")
        self.secret = str(self.folder / "secret.paserk")

    def run(self, *arguments, text_in="", **environment):
        clean = {key: value for key, value in os.environ.items() if not key.startswith("VAULT_")}
        environment = {"VAULT_PASSPHRASE": "test", **environment}
        clean.update({key: value for key, value in environment.items() if value is not None})
        return subprocess.run([VAULTCTL, *arguments], input=text_in, capture_output=True, text=True,
                              env=clean, timeout=60, start_new_session=True)

    def keygen(self):
        made = self.expect(0, "keygen", "--yes", "--keyring", self.keyring, "--secret", self.secret)
        return made.stdout.strip()

    def issue(self, *more, aud="acme"):
        issue = ["issue", "--secret", self.secret, "--aud", aud, "--sub", "kv/a"]
        issued = self.expect(0, *issue, *more)
        return issued.stdout.strip()

    def verify(self, code, token, aud="acme", *more, text_in=""):
        return self.expect(code, "verify", "--keyring", self.keyring, "--aud", aud, *more, token,
                           text_in=text_in)

    def expect(self, code, *arguments, **options):
        result = self.run(*arguments, **options)
        told = f"{arguments}: {result.returncode}, not {code}: {result.stderr}"
        assert result.returncode == code, told
        return result


def token_of(payload, footer=b""):
    """A token that nobody signed."""
    parts = [payload + bytes(64), footer] if footer else [payload + bytes(64)]
    return "v4.public." + ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def talk(arguments, answers):
    """Runs the tool on its own terminal and answers it. Returns its output and its status."""
    child, terminal = pty.fork()
    if child == 0:
        for name in ["VAULT_PASSPHRASE", "VAULT_PASSPHRASE_FILE"]:
            os.environ.pop(name, None)
        os.execv(VAULTCTL, [VAULTCTL, *arguments])
    shown = b""
    answered = 0  # Bytes of the output up to the last question that was answered.
    until = time.monotonic() + 20
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        try:
            shown += os.read(terminal, 4096) if ready else b""
        except OSError:  # The tool has ended.
            break
        if answers and shown.endswith(b": ") and len(shown) > answered:
            answered = len(shown)
            os.write(terminal, answers.pop(0))
    else:
        os.kill(child, signal.SIGKILL)  # It hangs; the status tells the caller.
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return shown, status


def main():
    tap.run(Vault)
