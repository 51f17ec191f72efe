# SPDX-License-Identifier: MIT
"""
Runs the console samples of a page. They run in order, in one shell and one folder. In their output
`…` stands for any text within a line, and a run of blanks for any run of blanks.
"""

import re
import subprocess

MARK = "== end of a sample =="


def samples(text):
    """Each command of the page with the output that is shown."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)


def pattern_of(shown):
    text = re.escape(shown).replace("…", ".*")
    return re.compile(re.sub(r"(\\ ){2,}", " +", text))


def run(text, folder, environment):
    """Each command, whether it printed what is shown, and what it printed; and whether all ran."""
    steps = list(samples(text))
    script = "".join(f"{command}\necho '{MARK}'\n" for command, _ in steps)
    result = subprocess.run(["sh", "-c", script], cwd=folder, env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, timeout=120)
    printed = result.stdout.split(f"{MARK}\n")
    ran = [(command, pattern_of(shown).fullmatch(output) is not None, output)
           for (command, shown), output in zip(steps, printed)]
    return ran, len(printed) == len(steps) + 1
