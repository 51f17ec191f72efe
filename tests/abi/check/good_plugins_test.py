# SPDX-License-Identifier: MIT
"""
Good plugins pass, given calls are made, and what was not seen is said. See plugin_check.py for the
arguments.
"""

import json
import pathlib
import re
import tempfile

from plugin_check import (DATABASE, HELLO, HOST_SCHEMA, INTEGRATIONS, SANITIZED, WRITE, end,
                          expect_failure, expect_pass, plugin, report, run)


def check_good_plugins():
    expect_pass("a plugin without a fault passes", ["bind-host"], plugin("NONE"))
    expect_pass("names in a map are the operator's choice", ["bind-host"], "--config",
                '{"labels": {"red": true}}', plugin("NONE"))
    expect_pass("the example passes",
                ["bind-host", "subgraph", "loaded", "errors", "shapes", "drain-waits"], HELLO)
    expect_pass("integrations.so passes with a configuration and a host's schema",
                ["loaded", "inline", "drain-waits", "events", "delivery"], "--config", DATABASE,
                "--host-schema", HOST_SCHEMA, INTEGRATIONS)
    tap, document = expect_pass(
        "integrations.so passes without a configuration, with checks skipped",
        ["bind-host", *without_config()], INTEGRATIONS)
    report("# SKIP needs --config: the plugin requires the setting `database`" in tap.stdout,
           "it says why checks were skipped", tap.stdout)
    report(re.search(r"^# skipped: .*create, config-strict, metrics, required", tap.stdout, re.M) is not None,
           "the summary says what was skipped", tap.stdout)
    wanted = {"id": "org.gql-integrations.integrations", "name": "Integrations",
              "path": INTEGRATIONS, "abi": "0.2"}
    report(wanted.items() <= document["plugin"].items()
           and re.fullmatch(r"\d+\.\d+\.\d+", document["plugin"]["version"]) is not None,
           "JSON says which plugin it was", document["plugin"])
    sums = [sum(each["result"] == result for each in document["checks"])
            for result in ("ok", "not ok", "skip")]
    report(sums == [document["passed"], document["failed"], document["skipped"]]
           and all("milliseconds" in each for each in document["checks"]),
           "JSON counts", document)
    tap, _ = expect_pass("a plugin built with a newer header passes", ["bind-host"],
                         plugin("LARGE_PLUGIN"))
    report("64 more than this tool knows: built with a newer header" in tap.stdout,
           "and a note says so", tap.stdout)
    expect_pass("a plugin whose runtime leaves a key and that is resident passes", ["bind-host"],
                plugin("RESIDENT"))
    if not SANITIZED:
        tap, _ = expect_pass("a resident plugin whose runtime starts at load passes",
                             ["bind-host"], plugin("RESIDENT_RUNTIME"))
        report("by DT_INIT: allowed for the runtime of a resident plugin" in tap.stdout,
               "and a note says so", tap.stdout)
    tap, _ = expect_pass("a plugin passes whose writes take 150 ms, one after the other",
                         ["bind-host", "loaded", "inline", "shapes"], *WRITE, "--rounds", "5",
                         plugin("SLOW_WRITES"))
    report(re.search(r"^# drain began with \d+ asynchronous calls? under way", tap.stdout, re.M),
           "and drain was seen to wait for some", tap.stdout)


def check_notes():
    """What was not called is said, and a check that saw nothing of its subject is skipped."""
    generated = run(plugin("NONE")).stdout
    report(re.search(r"^# reply_grow failed \d+ times, [1-9]\d* of them on threads of the plugin",
                     generated, re.M) is not None, "so are the calls whose reply could not grow",
           generated)
    report("# not called: Mutation.write; list calls in --calls" in generated,
           "without --calls the mutations are listed", generated)
    given = run("--calls", '[{"type": "Query", "field": "thing"}]', plugin("NONE")).stdout
    report("# not called: Query.later, Mutation.write, Thing.shout, Thing, Tag; --calls omits them"
           in given, "with --calls so is what it omits", given)
    report("# 3 variants of them (nobody, cancelled, late): " in given,
           "the variants of given calls are counted", given)
    report("# SKIP no call returned GQL_PENDING, so drain had no asynchronous call to wait for"
           in given, "drain-waits is skipped without asynchronous calls", given)
    report(re.search(r"^# drain began with \d+ asynchronous calls? under way", generated, re.M),
           "a drain with asynchronous calls is noted", generated)
    hello = run(HELLO).stdout
    report("mutations are called only if --calls lists them" in hello
           and "# SKIP no resolver that was called has the flag GQL_RESOLVER_SHAPES" in hello
           and "# SKIP the plugin has no loader" in hello
           and "# SKIP no call was rejected, and no error was added to a value" in hello,
           "checks of what the example does not offer are skipped", hello)
    empty = run("--calls", '[{"load": "Thing", "ids": [""]}]', plugin("NONE")).stdout
    report("# SKIP no object was loaded, so neither order nor `owns` was seen" in empty
           and "# SKIP no object was returned, so none was compared with its shape" in empty,
           "so are those of objects, if a loader found none", empty)
    later = run("--calls", '[{"type": "Query", "field": "later"}]', plugin("NONE")).stdout
    report("# SKIP no resolver that was called has the flag GQL_RESOLVER_INLINE" in later,
           "so is `inline`, if no such resolver was called", later)


def without_config():
    names = [each["name"] for each in json.loads(run("--json", HELLO).stdout)["checks"]]
    return [name for name in names[names.index("create"):] if name != "unload"]


def check_calls(folder):
    calls = folder / "calls.json"
    organization = {"actor": "ada",
                    "grants": [{"organizationId": "acme", "actions": ["READ", "CREATE"]}]}
    calls.write_text(json.dumps([
        {"type": "Mutation", "field": "integrationCreate",
         "arguments": {"input": {"organizationId": "acme", "title": "One"}},
         "selection": "integration { id title organization { id } }", "as": organization,
         "expect": "resolved"},
        {"type": "Query", "field": "integrations", "arguments": {"organizationId": "acme"},
         "selection": "nodes { title } total { count }", "as": organization},
        {"type": "Query", "field": "integrations", "arguments": {"organizationId": "acme"},
         "as": "nobody", "expect": "UNAUTHORIZED"},
        {"load": "Integration", "ids": ["x", "y"], "selection": "id"},
    ]))
    tap, _ = expect_pass("given calls are made", ["bind-host", "inline"], "--config",
                         DATABASE, "--calls", str(calls), INTEGRATIONS)
    report("# 4 calls: 3 resolved, 1 rejected with UNAUTHORIZED" in tap.stdout,
           "and answered as they should be", tap.stdout)
    report("# call 0, Mutation.integrationCreate: resolved\n" in tap.stdout
           and "# call 2, Query.integrations: rejected with UNAUTHORIZED: " in tap.stdout
           and "# call 3, the loader of Integration: resolved\n" in tap.stdout,
           "with a line for each", tap.stdout)
    expect_pass("a parent is cut to what the resolver requires, or generated",
                ["bind-host", "loaded", "shapes", "drain-waits"], "--calls",
                '[{"type": "Thing", "field": "shout", "parent": {"id": "2", "title": "x"}}, '
                '{"type": "Thing", "field": "shout"}]', plugin("NONE"))
    expect_failure("a call with a parent is made", "values", "instead of `String`",
                   "--calls",
                   '[{"type": "Query", "field": "thing", "arguments": {"id": "2"}, '
                   '"parent": {"id": 1}}]', plugin("OTHER_TYPE"))


FEW = ["--rounds", "5"]  # Leaks are not the subject.


def check_print():
    """What came of each call is shown, and who calls can be chosen."""
    shown = run(*FEW, "--print", HELLO).stdout
    report('\n# Query.hello {"name":"world"}: resolved: "Hello, world!"\n' in shown
           and '# Query.hello {"name":"world"} (past its deadline): resolved: "Hello' in shown,
           "--print shows values", shown)
    long_name = "x" * 5000
    calls = json.dumps([{"type": "Query", "field": "hello", "arguments": {"name": long_name}}])
    shown = run(*FEW, "--print", "--calls", calls, HELLO).stdout
    report(re.search(r'^# call 0, Query\.hello: resolved: "Hello, x{3000,3999}…$', shown, re.M),
           "a long one is cut", shown)
    loads = json.dumps([{"load": "Thing", "ids": ["", "1"]}, {"load": "Thing", "ids": ["1"]}])
    shown = run(*FEW, "--print", "--calls", loads, plugin("NONE")).stdout
    report(re.search(r"^# call 0, the loader of Thing: resolved: \[null, ?\{", shown, re.M)
           and re.search(r'^# call 0, the loader of Thing: with errors: \[.*"There is none\."', shown,
                         re.M), "with the errors beside them", shown)
    shown = json.loads(run(*FEW, "--print", "--json", HELLO).stdout)
    notes = next(each["notes"] for each in shown["checks"] if each["name"] == "answers")
    report('resolved: "Hello, world!"' in notes, "and in JSON", notes)
    call = json.dumps([{"type": "Query", "field": "integrations", "arguments": {
        "organizationId": "acme"}, "expect": "any"}])
    for actor, outcome in [
        ("ada", 'resolved: {"edges":[]'), ("nobody", "rejected with UNAUTHORIZED: "),
        ('{"actor": "ada"}', "rejected with PERMISSION_DENIED: "),
        ('{"actor": "ada", "grants": [{"organizationId": "acme", "actions": ["READ"]}]}',
         'resolved: {"edges":[]'),
    ]:
        shown = run(*FEW, "--print", "--actor", actor, "--config", DATABASE, "--calls", call,
                    INTEGRATIONS).stdout
        report(f"# call 0, Query.integrations: {outcome}" in shown
               and ("rejected" in outcome) == (
                   "# call 0, Query.integrations: with extensions: {" in shown),
               f"--actor {actor} calls", shown)


def main():
    check_good_plugins()
    check_print()
    with tempfile.TemporaryDirectory() as name:
        check_calls(pathlib.Path(name))
    check_notes()
    end()


main()
