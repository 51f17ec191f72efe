# SPDX-License-Identifier: MIT
"""
Compares the page of errors with the sources: errors_test.py ROOT. Prints TAP.

What a GraphQL server answers by itself is compared with the page by tests/gateways and tests/ruby,
which ask the servers.
"""

import json
import re
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import rules  # noqa: E402

PAGE = "examples/clients/errors.md"

# Who answers errors. A literal in upper case there is a code, unless it is one of these words.
ANSWERERS = ("plugin/", "abi/host/", "examples/node-host/", "examples/demo-host/", "examples/demo/",
             "examples/gateways/", "examples/ruby/")
NO_CODES = re.compile(
    "HTTP_[A-Z_]+|ERR_[A-Z_]+|OTEL_[A-Z_]+|CONTENT_[A-Z]+|PATH_INFO|REMOTE_ADDR|REQUEST_METHOD|"  # Rack's, Node's
    "BATCH|CHECKPOINT|GET|HEAD|POST|UTC|SIGHUP|SIGINT|SIGTERM|EADDRINUSE|ECONNRESET|ENOENT|MODULE_NOT_FOUND|GQL_HOST_LIBRARY|TMPDIR|"
    "CREATE|READ|UPDATE|DELETE|ASC|DESC|TITLE|ID|NAME|INTG|MIT|"  # Words of schema and plugin.
    "CREATED|UPDATED|DELETED|RESTORED|REFUSED|USER|SYSTEM|INTEGRATION|WEB|MOBILE|API|INTERNAL")  # Of the audit trail.

# The tables of the page, by what follows "## " or more in the heading.
PLUGIN, REASONS, OUTCOMES = "Of the plugin", "Reasons", "Outcome"
GATEWAY, REQUEST = "Of the gateway", "Errors of a request"


def sections_of(page):
    """The text of each section, without those below it, by its heading."""
    pieces = re.split(r"^#{2,} (.+)\n", page, flags=re.M)[1:]
    return dict(zip(pieces[::2], pieces[1::2]))


def rows_of(section):
    """The rows of a section's tables whose first cell is one word as code, as lists of cells."""
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"`\w+`", cells[0]):
            yield [cells[0].strip("`"), *cells[1:]]


def words_of(cell):
    return set(re.findall(r"`(\w+)`", cell))


class Sources:
    def __init__(self, root):
        texts = files.texts_of(root)
        self.page = sections_of(texts[PAGE])
        self.tests = [text for name, text in texts.items() if name.startswith("tests/")]
        self.cases = [json.loads(text) for name, text in texts.items()
                      if name.startswith("tests/conformance/cases/") and name.endswith(".json")]
        self.contract = texts["abi/gql_plugin.h"]
        self.reasons = texts["vault/credential_ref.h"]
        self.key_reasons = texts["plugin/resolvers/idempotency.c"]
        self.codes, self.writer = (texts[f"plugin/resolvers/error.{end}"] for end in "hc")
        self.answerers = {name: text for name, text in texts.items()
                          if name.startswith(ANSWERERS) and name.endswith((".c", ".h", ".js", ".rb"))}

    def rows(self, *headings):
        return [row for heading in headings for row in rows_of(self.page[heading])]


def difference(what, listed, defined):
    """Says of each that is in one set only where it is missing."""
    for each in sorted(listed ^ defined):
        yield f"{what} {each} is {'not on the page' if each in defined else 'only on the page'}"


def function_of(source, name):
    return re.search(rf"^static void {name}\(.*?^}}", source, re.M | re.S).group()


def members_of(code):
    return set(re.findall(r'\\"(\w+)\\":', code))


def members_by_code(writer):
    """What write_extras writes for each code."""
    entity = members_of(function_of(writer, "write_entity"))
    cases = re.split(r"((?:\s*case ERROR_\w+:)+)", function_of(writer, "write_extras"))[1:]
    for labels, code in zip(cases[::2], cases[1::2]):
        for label in re.findall(r"ERROR_(\w+)", labels):
            yield label, members_of(code) | (entity if "write_entity(" in code else set())


def problems_of(sources):
    """The plugin's codes with status, title and the end of `type`."""
    macro = re.findall(r'X\((\w+), "([\w-]+)", (\d+), "([^"]+)"\)', sources.codes)
    return {f"{code}, {status} {title}, {slug}" for code, slug, status, title in macro}


def check_plugin(sources):
    defined = problems_of(sources)
    rows = sources.rows(PLUGIN)
    yield from difference("the code", {f"{row[0]}, {row[1]}, {row[2].strip('`')}" for row in rows}, defined)
    members = dict(members_by_code(sources.writer))
    for code, _, _, more, *_ in rows:
        yield from difference(f"of {code} the member", words_of(more), members.get(code, set()))


def check_same_problems(sources):
    """What hosts answer in place of the plugin, as tables in JavaScript and Ruby."""
    patterns = (r"(\w+): \{ slug: '([\w-]+)', title: '([^']+)', status: (\d+) \}",
                r"'(\w+)' => \['([\w-]+)', '([^']+)', (\d+)\]")
    found = {(name, f"{code}, {status} {title}, {slug}") for name, text in sources.answerers.items()
             for pattern in patterns for code, slug, title, status in re.findall(pattern, text)}
    languages = {name.rpartition(".")[2] for name, _ in found}
    yield from (f"no table is found in .{each}" for each in {"js", "rb"} - languages)
    defined = problems_of(sources)
    yield from (f"{name}: {problem} is not the plugin's" for name, problem in found if problem not in defined)


def check_common_members(sources):
    common = members_of(function_of(sources.writer, "write_extensions"))
    introduction = sources.page[PLUGIN].split("\n| ")[0]
    yield from (f"{name} is not in the introduction of {PLUGIN}" for name in common - words_of(introduction))


def check_reasons(sources):
    defined = set(re.findall(r'X\([A-Z_]+, "(\w+)",', sources.reasons))
    defined |= set(re.findall(r'"(idempotency_key_\w+)"', sources.key_reasons))
    yield from difference("the reason", {row[0] for row in sources.rows(REASONS)}, defined)


def check_outcomes(sources):
    texts = sources.answerers.values()
    defined = {name for text in texts for name in re.findall(r"""\boutcome(?: =|:) ["'](\w+)["']""", text)}
    yield from difference("the outcome", {row[0] for row in sources.rows(OUTCOMES)}, defined)


def codes_in(text):
    literals = re.findall(r"""(["'])([A-Z]{2,}(?:_[A-Z]+)*)\1""", text)
    yield from (code for _, code in literals if not NO_CODES.fullmatch(code))
    yield from re.findall(r"\b(?:GQL_|Abi::)CODE_([A-Z_]+)", text)


def check_hosts(sources):
    """Codes of hosts. Those of the header are on the page for the sake of other plugins."""
    listed = {row[0] for row in sources.rows(GATEWAY, REQUEST)}
    listed |= {row[0] for row in sources.rows(PLUGIN)}
    document = words_of(sources.page["Errors of a document"])
    for name, text in sources.answerers.items():
        for code in sorted(set(codes_in(text)) - listed - document):
            yield f"{name}: the code {code} is not on the page"
    for code in re.findall(r"^#define GQL_CODE_(\w+)", sources.contract, re.M):
        if code not in listed:
            yield f"gql_plugin.h: the code {code} is not on the page"
    defined = {code for text in (sources.contract, *sources.answerers.values()) for code in codes_in(text)}
    yield from (f"the code {code} is only on the page" for code in sorted(listed - defined))


def check_words(sources):
    """No exception of this test is out of date."""
    used = " ".join(sources.answerers.values())
    for word in NO_CODES.pattern.split("|"):
        if not re.search(rf"""["']{word}["']""", used):
            yield f"{word} is not used any more: take it out of NO_CODES"


def check_statuses(sources):
    """Rejections of requests: their HTTP statuses; 400 is what is not given."""
    text = re.compile(r"""(?:'[^']*'|"[^"]*"|`[^`]*`)""").pattern
    patterns = (rf"\bBadRequest\({text}, (\d{{3}})", r"\bRejected\((\d{3})", r"\bRejection\.new\((\d{3})",
                r"super\((\d{3}), ")
    defined = {status for name, source in sources.answerers.items() for pattern in patterns
               for status in re.findall(pattern, source)}
    yield from difference("the HTTP status", {row[1] for row in sources.rows(REQUEST)}, defined)


def errors_in(value):
    """Every error that a conformance case expects."""
    if isinstance(value, dict):
        if "code" in value and "path" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from errors_in(member)


def check_answered(sources):
    expected = [error for case in sources.cases for error in errors_in(case)]
    codes = {error["code"] for error in expected}
    # Gateways reject a malformed key before the plugin sees it.
    in_c = {reason for text in sources.tests
            for reason in re.findall(r'\\"reason\\":\\"(idempotency_\w+)\\"', text)}
    reasons = in_c | {error.get("extensions", {}).get("reason") for error in expected}
    for name, answered in ((PLUGIN, codes), (REASONS, reasons)):
        for row in sources.rows(name):
            if row[0] not in answered:
                yield f"no conformance case expects {row[0]}"
    for row in sources.rows(OUTCOMES, GATEWAY, REQUEST):
        if not any(re.search(rf"""["']{row[0]}["']|CODE_{row[0]}\b""", text) for text in sources.tests):
            yield f"no test expects {row[0]}"


def check_rows(sources):
    """Each row has a cause and says what a client does."""
    for heading in (PLUGIN, REASONS, OUTCOMES, GATEWAY, REQUEST):
        for code, *cells in sources.rows(heading):
            if min(map(len, cells[-2:])) < 5:
                yield f"{heading}: {code} needs a cause, and what a client does"


RULES = [
    ("the page has the plugin's codes with status, title, type and members", check_plugin),
    ("hosts answer the plugin's codes with its status, title and type", check_same_problems),
    ("the page names the members of every error", check_common_members),
    ("the page has every reason to reject a token or a key", check_reasons),
    ("the page has every outcome", check_outcomes),
    ("the page has every code of hosts and contract, and no other", check_hosts),
    ("the page has every HTTP status", check_statuses),
    ("each code, reason and outcome is expected by a test", check_answered),
    ("each row says what a client does", check_rows),
    ("the words that are no codes are in use", check_words),
]


rules.run(RULES, Sources(*sys.argv[1:]))
