# SPDX-License-Identifier: MIT
"""Compares what the health can say with the guide and with the tests: failures_test.py ROOT. Prints TAP."""

import re
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402

GUIDE = "examples/operating.md"
CAUSES = "plugin/instance/rejections.c"
CONDITIONS = "plugin/store/sqlite/file_guard.c"
LIBPQ = "connection to server"  # Begins a message of PostgreSQL's library.


def reasons_of(texts):
    return re.findall(r"^\| “(.+?)” \| (?:degraded|failed) \|", texts[GUIDE], re.M)


def causes_of(texts):
    """Of calls that are rejected, for which the guide has a cure."""
    return re.findall("“(.+?)”", re.search(r"^\| “rejected in a row”.*", texts[GUIDE], re.M).group(0))


def plain(code):
    """The code with literals that are cut into pieces put together."""
    return re.sub(r'"\s*\n\s*"', "", code)


def plugin_of(texts):
    return {name: plain(text) for name, text in texts.items() if re.match(r"plugin/(?:store|instance)/.*\.c$", name)}


def is_in(reason, code):
    return reason.replace("'acme'", "'%.*s'") in code


def reasons_in(code):
    """What is written into a reason, but for what only passes another text on."""
    literals = re.findall(r'snprintf\(\s*(?:\w+[.>-]+)*reason,\s*[^,]+,\s*"((?:[^"\\]|\\.)*)"', code)
    return [literal for literal in literals if re.search("[a-z]{3}", literal)]


def entries_of(texts, name, array):
    body = re.search(rf"\b{array}\[\w*\] = \{{(.*?)\n\}};", plain(texts[name]), re.S).group(1)
    return re.findall(r'\] =\s*"((?:[^"\\]|\\.)*)"', body)


def missing_reasons(texts):
    known = {*reasons_of(texts), *causes_of(texts)}
    for name, code in plugin_of(texts).items():
        yield from (f'{GUIDE} does not have "{literal[:60]}", which {name} says' for literal in reasons_in(code)
                    if not any(is_in(reason, literal) for reason in known))
        if re.search(r"state_report\([^;]*STORE_(?:FAILED|DEGRADED)", code) and not any(is_in(reason, code) for reason in [*known, "SESSION_READY"]):
            yield f"{name} reports a failure that {GUIDE} does not have"


def missing_entries(texts):
    for condition in entries_of(texts, CONDITIONS, "reasons"):
        if not any(condition.startswith(reason) for reason in reasons_of(texts)):
            yield f'{GUIDE} does not have "{condition[:60]}"'
    yield from (f'{GUIDE} has no cure for "{cause[:60]}"' for cause in entries_of(texts, CAUSES, "causes")
                if not any(words in cause for words in causes_of(texts)))


def foreign_reasons(texts):
    code = "".join(plugin_of(texts).values())
    yield from (f'the plugin does not say "{reason}"' for reason in reasons_of(texts) if reason != LIBPQ and not is_in(reason, code))


def unprovoked(texts):
    tests = "".join(text for name, text in texts.items() if name.startswith("tests/") and "/house/" not in name)
    yield from (f'no test expects "{reason}"' for reason in reasons_of(texts) if reason not in tests)


CHECKS = {
    "each reason is in the guide": missing_reasons,
    "each condition of the file and each cause of rejections is in the guide": missing_entries,
    "the guide has the words of the plugin": foreign_reasons,
    "each reason is expected by a test": unprovoked,
}

files.report(CHECKS, sys.argv[1])
