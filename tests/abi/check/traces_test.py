# SPDX-License-Identifier: MIT
"""
The tool leaves nothing behind, also if it is interrupted. See plugin_check.py for the arguments.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from plugin_check import CHECK, DATABASE, HELLO, INTEGRATIONS, end, plugin, report


def check_interrupt(folder, hanging, signal_number):
    """Interrupts the tool while drain hangs."""
    with subprocess.Popen([CHECK, hanging], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "TMPDIR": str(folder)}) as process:
        for line in process.stdout:
            if " extensions:" in line:
                break
        process.send_signal(signal_number)
        _, said = process.communicate(timeout=60)
    report(process.returncode == 2 and "interrupted" in said,
           f"signal {signal_number} ends the tool with status 2", process.returncode, said)


def check_traces(folder):
    """Nothing is left: no scratch folder, no process of a check that hung."""
    hanging = str(folder / "hanging.so")  # A copy: other tests have processes of the plugin, too.
    shutil.copy(plugin("DRAIN_HANGS"), hanging)
    subprocess.run([CHECK, "--timeout", "1", hanging], capture_output=True,
                   env={**os.environ, "TMPDIR": str(folder)}, timeout=300)
    subprocess.run([CHECK, "--config", DATABASE, INTEGRATIONS], capture_output=True,
                   env={**os.environ, "TMPDIR": str(folder)}, timeout=300)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        check_interrupt(folder, hanging, signal_number)
    with subprocess.Popen([CHECK, HELLO], stdout=subprocess.PIPE,
                          env={**os.environ, "TMPDIR": str(folder)}) as closed:
        closed.stdout.close()
    report(closed.returncode == 0, "a report that nobody reads is not an error", closed.returncode)
    left = list(folder.glob("gql-plugin-check-*"))
    report(not left, "no folder is left", *left)
    running = [each for each in pathlib.Path("/proc").glob("[0-9]*")
               if hanging in command_of(each)]
    report(not running, "no process is left", *running)


def command_of(process):
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def main():
    with tempfile.TemporaryDirectory() as name:
        check_traces(pathlib.Path(name))
    end()


main()
