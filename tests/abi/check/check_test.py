# SPDX-License-Identifier: MIT
"""
gql-plugin-check finds what it should. Prints TAP.

    check_test.py CHECK FAULTS HELLO INTEGRATIONS HOST_SCHEMA plain|sanitized

For each check there is a plugin that violates it alone: exactly that check must fail, in TAP and in
JSON.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

CHECK, FAULTS, HELLO, INTEGRATIONS, HOST_SCHEMA, BUILD = sys.argv[1:]
SANITIZED = BUILD == "sanitized"
PLUGINS = pathlib.Path(CHECK).parents[2] / "tests/abi"
ROOT = pathlib.Path(FAULTS).resolve().parents[3]
RESULTS = []
DATABASE = '{"database": {"path": "{scratch}/check.db"}}'

WRITE = ["--calls", '[{"type": "Mutation", "field": "write", "arguments": {"text": "x"}}]']
SOON = ["--timeout", "1"]

# The fault, the check that must fail, a part of its detail, and options of the run.
CASES = [
    ("UNLINKED", "file", "can't be loaded: undefined symbol: gql_function_that_no_library_has"),
    ("NO_ENTRY", "exports", "does not export gql_plugin_entry_v0, but some_other_symbol"),
    ("FUTURE_ENTRY", "exports", "does not export gql_plugin_entry_v0, but gql_plugin_entry_v3"),
    ("MORE_EXPORTS", "exports", "exports 1 symbol besides gql_plugin_entry_v0: some_other_symbol"),
    ("CONSTRUCTOR", "constructors", "has 1 constructor(s)"),
    ("ATEXIT", "constructors", "atexit"),
    ("DT_INIT", "constructors", "runs when the file is loaded, before init, by DT_INIT"),
    ("DT_FINI", "constructors", "runs when the file is unloaded, after deinit, by DT_FINI"),
    ("INIT_SECTION", "constructors", "by DT_INIT"),
    ("BARE_CONSTRUCTOR", "constructors", "has 1 constructor(s)"),
    ("ENTRY_REFUSES", "entry", "returns NULL to a host of plugin ABI 0.2"),
    ("TWO_PLUGINS", "entry", "another pointer"),
    ("ANY_MAJOR", "foreign-major", "accepts a host of plugin ABI 1.0"),
    ("TINY_PLUGIN", "version", "struct_size is 4"),
    ("MAJOR", "version", "written for plugin ABI 9.2"),
    ("MINOR", "version", "written for plugin ABI 0.7"),
    ("SMALL_PLUGIN", "sizes", "gql_plugin.struct_size is"),
    ("OLD_PLUGIN", "sizes", "gql_plugin.struct_size is"),
    ("SMALL_SCHEMA", "sizes", "gql_schema.struct_size is 16"),
    ("SMALL_PART", "sizes", "gql_schema.parts[0]"),
    ("SMALL_RESOLVER", "sizes", "gql_schema.resolvers[0]"),
    ("SMALL_LOADER", "sizes", "gql_schema.loaders[0]"),
    ("OLD_RESOLVER", "sizes", "gql_schema.resolvers[0]"),
    ("OLD_LOADER", "sizes", "gql_schema.loaders[0]"),
    ("NO_ID", "members", "gql_plugin.id is missing"),
    ("SHORT_ID", "members", "not a reverse domain name"),
    ("NO_NAME", "members", "gql_plugin.name"),
    ("NO_VERSION", "members", "gql_plugin.version"),
    ("NO_LICENCE", "members", "gql_plugin.licence"),
    ("NO_SCHEMA", "members", "gql_plugin.schema"),
    ("NO_CONFIG_SCHEMA", "members", "gql_plugin.config_schema"),
    ("NO_INIT", "members", "gql_plugin.init"),
    ("NO_DEINIT", "members", "gql_plugin.deinit"),
    ("NO_CREATE", "members", "gql_plugin.create"),
    ("NO_DRAIN", "members", "gql_plugin.drain"),
    ("NO_DESTROY", "members", "gql_plugin.destroy"),
    ("NO_PARTS", "members", "array that is NULL"),
    ("NULL_PART", "members", "gql_schema.parts[0] is NULL"),
    ("NO_SDL", "members", "gql_schema.parts[0] has no name or no sdl"),
    ("NULL_RESOLVER", "members", "gql_schema.resolvers[0] is NULL"),
    ("NO_FIELD", "members", "gql_schema.resolvers[0] has no type, field or resolve"),
    ("NO_RESOLVE", "members", "gql_schema.resolvers[0] has no type, field or resolve"),
    ("NULL_LOADER", "members", "gql_schema.loaders[0] is NULL"),
    ("NO_LOAD", "members", "gql_schema.loaders[0] has no type or no load"),
    ("NO_REFERENCE", "members", "gql_schema.references[0] is NULL or empty"),
    ("RESERVED", "reserved", "`reserved` of the struct gql_schema is not 0"),
    ("PLUGIN_FLAG", "reserved", "the struct gql_plugin has the unknown flags 0x100000"),
    ("RESOLVER_RESERVED", "reserved", "`reserved` of the resolver thing is not 0"),
    ("RESOLVER_FLAG", "reserved", "the resolver thing has the unknown flags 0x40000000"),
    ("UNKNOWN_KIND", "reserved", "has the unknown kind 9"),
    ("UNKNOWN_FLAG", "reserved", "the resolver thing has the unknown flags 0x80"),
    ("VERSION_FORM", "descriptor", 'gql_plugin.version is "1.0"'),
    ("LICENCE_FORM", "descriptor", 'gql_plugin.licence is "the MIT one"'),
    ("BROKEN_SDL", "sdl", 'the part "own": schema, line 4'),
    ("TWO_IN_COMMON", "sdl", 'the common part "Organization" is not a single definition'),
    ("LEANS", "bind-empty", "`PageInfo`, which neither side defines"),
    ("OWNS_COMMON", "bind-common",
     "`PageInfo` of the plugin org.example.faulty is already defined by the host"),
    ("RESOLVER_TOO_MANY", "resolvers", "`Thing.surplus`"),
    ("RESOLVER_MISSING", "resolvers", "`Query.forgotten` but has no resolver"),
    ("REQUIRES_UNKNOWN", "resolvers", "requires `nothing`"),
    ("REQUIRES_WITH_ARGUMENTS", "resolvers", "requires `sized`"),
    ("LOADER_TOO_MANY", "loaders", "a loader for `Organization`"),
    ("OWNS_OVERREADS", "owns", "killed by signal 11 (Segmentation fault) in owns of Thing"),
    ("OWNS_ODDLY", "owns", "owns of Thing returned 16 for"),
    ("OWNS_BY_CHANCE", "owns", "when asked again"),
    ("UNKNOWN_REFERENCE", "references", "`Nowhere`"),
    ("SUBGRAPH_UNLINKED", "subgraph", "@link"),
    ("SUBGRAPH_KEYLESS", "subgraph", "`Thing` has a loader, but no `@key"),
    ("BAD_CONFIG_SCHEMA", "config-schema", "not a JSON object"),
    ("OPEN_CONFIG", "config-schema", "additionalProperties"),
    ("UNDATED_CONFIG", "config-schema", "`$schema` is missing"),
    ("INIT_FAILS", "init", "the licence has run out"),
    ("INIT_SILENT", "init", "failed with code -6 and no message"),
    ("INIT_WRONG_CODE", "init", "init returned 42"),
    ("INIT_UNTERMINATED", "init", "xxxxx"),
    ("INIT_ONCE", "init", "initialized before"),
    ("OFFERS_ANYTHING", "extensions", "offers an extension that does not exist"),
    ("TAKES_ANY_SETTING", "config-strict", "create accepts an unknown setting at the top"),
    ("NAMES_NO_SETTING", "config-strict", "does not name `gqlPluginCheckUnknown`"),
    ("CREATE_NOTHING", "create", "GQL_OK but no instance"),
    ("CREATE_FAILS", "create", "the database is locked"),
    ("CREATE_EXITS", "create", "the plugin exited the process with status 3 in create"),
    ("DRAIN_HANGS", "create", "drain did not return within 1 s", "--timeout", "1"),
    ("DESTROY_CRASHES", "create", "killed by signal 11 (Segmentation fault) in destroy of NULL"),
    ("READS_UNREQUIRED", "required-fields", "killed by signal 11 (Segmentation fault) in Thing.shout"),
    ("FAILS_UNREQUIRED", "required-fields", "resolved if `parent` has more fields"),
    ("NEVER", "answers", 'Query.thing {"id":"1"} was not answered within 1 s', "--timeout", "1"),
    ("CRASHES", "answers", 'killed by signal 11 (Segmentation fault) in Query.thing {"id":"1"}'),
    ("FORGETS_CANCELLED", "answers", '(cancelled) was not answered within 1 s', *WRITE, *SOON),
    ("FORGETS_LATE", "answers", '(past its deadline) was not answered within 1 s', *WRITE, *SOON),
    ("FORGETS_NOBODY", "answers", '(nobody authenticated) was not answered', *WRITE, *SOON),
    ("NONE", "answers", 'call 1 of --calls, Mutation.write {"text":"x"}: came to resolved, '
     'but `expect` is VALIDATION_ERROR', "--calls",
     '[{"type": "Query", "field": "thing"}, {"type": "Mutation", "field": "write", "arguments": {"text": "x"}, "expect": "VALIDATION_ERROR"}]'),
    ("STRIDES_GRANTS", "answers", 'call 0 of --calls, Query.thing {"id":"1"}: came to '
     'PERMISSION_DENIED: No., but `expect` is resolved', "--calls",
     '[{"type": "Query", "field": "thing", "as": {"actor": "ada"}, "expect": "resolved"}]'),
    ("NONE", "answers", 'call 0 of --calls, the loader of Thing {"ids":["1"]}: came to '
     'UNAUTHORIZED: Who is it?, but `expect` is NOT_FOUND', "--calls",
     '[{"load": "Thing", "ids": ["1"], "as": "nobody", "expect": "NOT_FOUND"}]'),
    ("TWICE", "completes-once", "a reply was used after it was completed"),
    ("BROKEN_JSON", "values", "not JSON"),
    ("OTHER_TYPE", "values", "$.title: an integer instead of `String`"),
    ("SHORT_LIST", "values", "the list has 1 members for 2 ids"),
    ("REVERSES", "loaded", 'has the id "2" where "1" was asked for', "--calls",
     '[{"load": "Thing", "ids": ["1", "2"], "selection": "id title"}]'),
    ("REVERSES", "loaded", 'has the id "gql-plugin-check" where "1" was asked for', "--calls",
     '[{"type": "Query", "field": "thing"}]'),
    ("DISOWNS", "loaded", "`owns` of no loader claims it"),
    ("TWO_OWNERS", "loaded",
     "may belong to `Thing` of the plugin org.example.faulty and to `Tag` of the plugin",
     "--calls", '[{"load": "Tag", "ids": ["tag:1"]}]'),
    ("SHAPE_IGNORED", "shapes", "has the member `id` where `kind` is selected"),
    ("SHAPE_ORDER", "shapes", "where `kind` is selected"),
    ("SHAPE_FIELD_NAMES", "shapes", "where `kind` is selected"),
    ("SHAPE_ONCE", "shapes", "is missing"),
    ("SHAPE_TYPENAME", "shapes", "where `kind` is selected"),
    ("SHAPE_CONDITIONS", "shapes", "an object `Tag` has the member `Thing_"),
    ("SHAPE_SWAPS", "shapes", "are the same field, but have other values"),
    ("REJECTS_WITH_NOTHING", "errors", "without a code or a message"),
    ("LOWER_CASE", "errors", "not UPPER_CASE: unauthorized"),
    ("BROKEN_EXTENSIONS", "errors", "extensions that are not a JSON object"),
    ("SMALL_ERROR", "errors", "with a gql_error below its baseline"),
    ("MALFORMED_PATH", "errors", "a path that is not a JSON array"),
    ("PATH_TO_VALUE", "errors", "has a path to a value that is not null"),
    ("PATH_BEYOND", "errors", "has a path that leads out of the value"),
    ("PENDING_WHEN_DONE", "return-codes", "returned 1, which is wrong here"),
    ("OK_WHEN_NOT_DONE", "return-codes", "returned GQL_OK without completing"),
    ("NEGATIVE", "return-codes", "returned -1 for a valid call"),
    ("LATER_THAN_INLINE", "inline", "was not completed when the resolver returned"),
    ("BLOCKS", "blocking", "the limit is 100 ms", "--rounds", "5"),
    ("OVERRUNS", "overrun", "beyond its capacity"),
    ("MOVES_REPLY", "overrun", "its members were changed"),
    ("STRANDS_UNGROWN", "growth",
     'Query.later {"size":3}, when reply_grow fails with GQL_E_LIMIT was not answered', *SOON),
    ("RESOLVES_UNGROWN", "growth", "when reply_grow fails with GQL_E_LIMIT: was resolved"),
    ("LEAVES_UNGROWN", "growth",
     "when reply_grow fails with GQL_E_LIMIT: returned GQL_OK without completing the reply"),
    ("OVERWRITES_PREFIX", "prefix", "overwrote or removed what the reply held already"),
    ("WRITES_AFTERWARDS", "late-write", "written to after its completion"),
    ("WRITES_LATER", "late-write", "written to after its completion"),
    ("READS_AFTERWARDS", "inputs", "killed by signal 11"),
    ("WRITES_INPUTS", "inputs", "killed by signal 11"),
    ("TWO_THREADS", "one-thread", "two threads used one reply", "--rounds", "5"),
    ("ANY_CALL_SIZE", "misuse", "killed by signal 11 (Segmentation fault) in Query.thing"),
    ("ANY_REQUEST_SIZE", "misuse", "with a gql_request of 8 bytes"),
    ("ANY_REPLY_SIZE", "misuse", "with a gql_reply of 16 bytes: returned 0"),
    ("ANY_CALL_FLAG", "misuse", "with the unknown flag 0x80000000 in gql_call: returned 0"),
    ("ANY_RESERVED", "misuse", "with `reserved` of gql_reply not 0: returned 0"),
    ("ANY_GRANT_SIZE", "misuse", "signal 11 (Segmentation fault) in Query.thing"),
    ("ANY_SELECTION_SIZE", "misuse", "with a gql_selection of "),
    ("NULL_INSTANCE", "misuse", "with NULL in place of the instance"),
    ("NULL_CALL", "misuse", "with NULL in place of the gql_call"),
    ("NULL_REPLY", "misuse", "with NULL in place of the gql_reply"),
    ("EXACT_SIZE", "newer-host", "returned -1 to a host with larger structs"),
    ("KNOWN_FLAGS_ONLY", "newer-host", "returned -1 to a host with larger structs"),
    ("STRIDES_GRANTS", "newer-host", "is rejected with PERMISSION_DENIED"),
    ("ONE_AT_A_TIME", "concurrent", "killed by signal 11 (Segmentation fault) in "),
    ("MIXES_ANSWERS", "concurrent", ""),
    ("SERVES_WHEN_DRAINED", "drain-rejects", "was served after drain"),
    ("OTHER_REJECTION", "drain-rejects", "but with the code NOT_FOUND"),
    ("DRAIN_HURRIES", "drain-waits", "drain returned before "),
    ("LEAKS_THREADS", "threads", "after 20 rounds"),
    ("LEAKS_DESCRIPTORS", "descriptors", "one refers to /dev/null"),
    ("LEAKS_MEMORY", "memory", "more per round"),
    ("LEAKS_MAPPINGS", "mappings", "mapped memory: "),
    ("ONE_INSTANCE", "parallel", "there is an instance already"),
    ("LEAVES_THREAD", "unload", "threads are left after deinit"),
    ("LEAVES_MEMORY", "unload", "bytes of memory from malloc are left after each deinit"),
    ("LEAVES_KEY", "unload",
     "if they belong to the runtime of its language, as those of std::thread do, set the flag "
     "GQL_PLUGIN_RESIDENT"),
    ("LEAVES_LOCK", "unload", "file locks are left after deinit"),
    ("LEAVES_FILE_MAPPED", "unload", "/tmp/gql-faulty-"),
    ("STAYS", "unload", "the plugin stays mapped"),
]
# The check is skipped under a sanitizer, which adds constructors.
UNDER_SANITIZERS = ["CONSTRUCTOR", "ATEXIT", "DT_INIT", "DT_FINI", "INIT_SECTION",
                    "BARE_CONSTRUCTOR"]


def report(good, name, *notes):
    RESULTS.append(good)
    for note in notes:
        print("# " + str(note).replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}", flush=True)


def run(*arguments):
    return subprocess.run([CHECK, *arguments], capture_output=True, text=True, timeout=300)


NUMBERS = dict(re.findall(r"^#define FAULT_(\w+) (\d+)", pathlib.Path(FAULTS).read_text(), re.M))


def plugin(fault):
    return str(PLUGINS / f"faulty_{NUMBERS[fault]}.so")


def read_tap(text):
    """
    The outcome of each check, and the diagnostics of those that failed. Raises ValueError if the
    text is not TAP 14.
    """
    lines = text.splitlines()
    if lines[0] != "TAP version 14" or not re.fullmatch(r"1\.\.\d+", lines[1]):
        raise ValueError("it does not begin as TAP 14 does")
    outcomes, diagnostics = {}, {}
    for position, line in enumerate(lines[2:], 2):
        match = re.fullmatch(r"(ok|not ok) (\d+) - ([\w-]+): [^#]+?( # SKIP .+)?", line)
        if match:
            if int(match.group(2)) != len(outcomes) + 1:
                raise ValueError(f"the numbers do not rise by one: {line}")
            name = match.group(3)
            outcomes[name] = "skip" if match.group(4) else match.group(1)
        elif re.match(r"(ok|not ok)\b", line):
            raise ValueError(f"not a line of TAP: {line}")
        elif line == "  ---":
            end = lines.index("  ...", position)
            entries = [entry.strip().split(": ", 1) for entry in lines[position + 1:end]]
            diagnostics[name] = {key: json.loads(value) for key, value in entries}
    bailed_out = any(line.startswith("Bail out!") for line in lines)
    if len(outcomes) != int(lines[1][3:]) and not bailed_out:
        raise ValueError("the plan is not fulfilled")
    return outcomes, diagnostics


def failed(outcomes):
    return [name for name, outcome in outcomes.items() if outcome == "not ok"]


def find_mismatch(check, detail, tap):
    outcomes, diagnostics = read_tap(tap.stdout)
    diagnostic = diagnostics.get(check, {"detail": "", "cure": ""})
    if tap.returncode != 1:
        return f"it ended with {tap.returncode}"
    if failed(outcomes) != [check]:
        return f"{failed(outcomes)} failed"
    if detail not in diagnostic["detail"] or not diagnostic["cure"]:
        return f"detail and cure are not as expected: {detail}"
    return None


def find_mismatch_in_json(check, detail, text):
    document = json.loads(text)
    results = {each["name"]: each for each in document["checks"]}
    outcomes = {name: each["result"] for name, each in results.items()}
    if failed(outcomes) != [check] or document["failed"] != 1:
        return f"JSON says otherwise: {text}"
    if detail not in results[check]["detail"] or not results[check]["cure"]:
        return f"in JSON, detail and cure are not as expected: {results[check]}"
    return None


def judge(case):
    fault, check, detail, *options = case
    tap = run(*options, plugin(fault))
    if SANITIZED and fault in UNDER_SANITIZERS:
        skipped = tap.returncode == 0 and read_tap(tap.stdout)[0][check] == "skip"
        return fault, check, None if skipped else "it must be skipped under a sanitizer", tap
    wrong = find_mismatch(check, detail, tap)
    first = next(each for each in CASES if each[1] == check)
    if wrong is None and case is first:
        wrong = find_mismatch_in_json(check, detail, run("--json", *options, plugin(fault)).stdout)
    return fault, check, wrong, tap


def check_faults():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for fault, check, wrong, tap in pool.map(judge, CASES):
            report(wrong is None, f"{check} fails for {fault}, and nothing else",
                   *([] if wrong is None else [wrong, tap.stdout, tap.stderr]))
    outcomes, _ = read_tap(run(plugin("NONE")).stdout)
    unproved = set(outcomes) - {check for _, check, *_ in CASES} - {"bind-host"}
    report(not unproved, "every check has a plugin that violates it", *unproved)


def expect_pass(name, skipped, *arguments):
    """Nothing fails, and only these are skipped."""
    if SANITIZED:
        skipped = ["constructors", *skipped]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        tap, structured = pool.map(lambda more: run(*more, *arguments), ([], ["--json"]))
    outcomes, _ = read_tap(tap.stdout)
    document = json.loads(structured.stdout)
    left_out = [check for check, outcome in outcomes.items() if outcome == "skip"]
    good = tap.returncode == 0 and not failed(outcomes) and left_out == skipped
    other = [each for each in document["checks"] if each["result"] != outcomes[each["name"]]]
    same = not other and len(document["checks"]) == len(outcomes)
    report(good and same, name,
           *([] if good and same
             else [tap.stdout, tap.stderr, f"skipped: {left_out}; otherwise in JSON: {other}"]))
    return tap, document


def check_good_plugins():
    expect_pass("a plugin without a fault passes", ["bind-host"], plugin("NONE"))
    expect_pass("names in a map are the operator's choice", ["bind-host"], "--config",
                '{"labels": {"red": true}}', plugin("NONE"))
    expect_pass("the example passes",
                ["bind-host", "subgraph", "loaded", "errors", "shapes", "drain-waits"], HELLO)
    expect_pass("integrations.so passes with a configuration and a host's schema",
                ["loaded", "inline", "shapes", "drain-waits"], "--config", DATABASE,
                "--host-schema", HOST_SCHEMA, INTEGRATIONS)
    tap, document = expect_pass(
        "integrations.so passes without a configuration, with checks skipped",
        ["bind-host", *without_config()], INTEGRATIONS)
    report("# SKIP needs --config: the plugin requires the setting `database`" in tap.stdout,
           "it says why checks were skipped", tap.stdout)
    report(re.search(r"^# skipped: .*create, config-strict, required", tap.stdout, re.M) is not None,
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


def expect_failure(name, check, detail, *arguments):
    tap = run(*arguments)
    outcomes, diagnostics = read_tap(tap.stdout)
    good = (tap.returncode == 1 and failed(outcomes) == [check]
            and detail in diagnostics[check]["detail"])
    report(good, name, *([] if good else [tap.stdout, tap.stderr]))
    return tap


def check_host_schema(folder):
    schema = folder / "host.graphql"
    schema.write_text("type Query { thing: Int } type Mutation { x: Int }")
    expect_failure("bind-host fails where the host has the field", "bind-host",
                   "`Query.thing` of the plugin org.example.faulty is already defined by the host",
                   "--host-schema", str(schema), plugin("NONE"))


def check_files(folder):
    data = pathlib.Path(HELLO).read_bytes()
    broken = folder / "broken.so"
    for name, content, detail in [("for another machine", data[:18] + b"\x01\x55" + data[20:],
                                   "built for another machine"),
                                 ("that was copied in part", data[:4000], "truncated"),
                                 ("that is a program", data[:16] + b"\x02" + data[17:],
                                  "not a shared object")]:
        broken.write_bytes(content)
        tap = expect_failure(f"a file {name} fails", "file", detail, str(broken))
        report(re.search(rf"^Bail out! .*{detail}", tap.stdout, re.M) is not None,
               f"a file {name} ends the run", tap.stdout)


def check_cxx(folder):
    """A plugin in C++ whose templates are visible, built with any C++ compiler."""
    if shutil.which("c++") is None or SANITIZED:
        return
    source, module = folder / "weak.cc", folder / "weak.so"
    source.write_text('#include <vector>\n#include "gql_plugin.h"\n'
                      'const gql_plugin *gql_plugin_entry_v0(uint32_t major, uint32_t minor)\n'
                      '{ std::vector<uint32_t> both; both.push_back(major); both.push_back(minor); '
                      'return both.size() == 3 ? new gql_plugin : nullptr; }\n')
    built = subprocess.run(["c++", "-shared", "-fPIC", "-O0", f"-I{ROOT}/abi", "-o", module,
                            source], capture_output=True, text=True)
    tap = run(str(module))
    outcomes, diagnostics = read_tap(tap.stdout) if built.returncode == 0 else ({}, {})
    diagnostic = diagnostics.get("exports", {"detail": "", "cure": ""})
    good = ("among them weak symbols of C++" in diagnostic["detail"]
            and "-fvisibility=hidden" in diagnostic["cure"])
    report(good, "weak symbols of C++ are reported as such",
           *([] if good else [built.stderr, tap.stdout]))


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
    tap, _ = expect_pass("given calls are made", ["bind-host", "inline", "shapes"], "--config",
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


def expect_mistake(name, said, *arguments):
    """Not the plugin is blamed but what the user gave; the report ends there."""
    tap = run(*arguments)
    structured = run("--json", *arguments)
    outcomes, _ = read_tap(tap.stdout)
    last = tap.stdout.splitlines()[-1]
    good = (tap.returncode == structured.returncode == 2 and not failed(outcomes)
            and said in tap.stderr and said in last and last.startswith("Bail out! ")
            and structured.stdout == "" and said in structured.stderr)
    report(good, f"{name}: status 2 and a message",
           *([] if good else [tap.returncode, tap.stdout, tap.stderr, structured.stdout]))


def check_mistakes(folder):
    calls = folder / "mistaken.json"
    calls.write_text('[{"type": "Query", "field": "thing"}, {"load": "Nothing", "ids": []}]')
    config = folder / "mistaken-config.json"
    config.write_text('{"nmae": 1}')
    expect_mistake("a file whose second call is of a type without a loader",
                   f"--calls {calls}: call 1, Nothing: the plugin has no loader", "--calls",
                   str(calls), plugin("NONE"))
    for name, said, call in [
        ("a call of an unknown field", "call 0, Query.nothing: the schema has no such field",
         {"type": "Query", "field": "nothing"}),
        ("a call of a field without a resolver",
         "call 0, Thing.title: the plugin has no resolver", {"type": "Thing", "field": "title"}),
        ("an unknown argument", "call 0, Query.thing: in `arguments`, `idd` is unknown",
         {"type": "Query", "field": "thing", "arguments": {"idd": "1"}}),
        ("an argument of another type", "in `arguments`, `id` is not of its type, `ID`",
         {"type": "Query", "field": "thing", "arguments": {"id": 1}}),
        ("a number that is no Int", "in `arguments`, `size` is not of its type, `Int`",
         {"type": "Query", "field": "later", "arguments": {"size": 2147483648}}),
        ("a value that the enum lacks", "in `arguments`, `kind` is not of its type, `Kind`",
         {"type": "Query", "field": "later", "arguments": {"kind": "UGLY"}}),
        ("a null for a required argument", "in `arguments`, `text` is null",
         {"type": "Mutation", "field": "write", "arguments": {"text": None}}),
        ("a missing argument", "in `arguments`, `text` is missing: its type is `String!`",
         {"type": "Mutation", "field": "write"}),
        ("a parent without a field that the resolver requires",
         "call 0, Thing.shout: `parent` needs `title`, which the resolver requires",
         {"type": "Thing", "field": "shout", "parent": {"id": "2"}}),
        ("a parent with a field of another type",
         "in `parent`, `title` is not of its type, `String`",
         {"type": "Thing", "field": "shout", "parent": {"title": 1}}),
        ("a selection of an unknown field", "in `selection`, `Thing` has no field `name`",
         {"load": "Thing", "ids": ["1"], "selection": "id name"}),
        ("an object that is selected without fields",
         "in `selection`, `Thing.owner` is of the type `Organization` and must be selected with "
         "braces", {"type": "Query", "field": "thing", "selection": "owner"}),
        ("a field below a scalar", "in `selection`, `Tag.label` is of the type `String!` and must "
         "be selected without braces",
         {"type": "Query", "field": "thing", "selection": "target { label { x } }"}),
    ]:
        expect_mistake(name, said, "--calls", json.dumps([call]), plugin("NONE"))
    expect_mistake("an input with an unknown field",
                   "in `arguments`, `input.titel` is unknown", "--config", DATABASE, "--calls",
                   json.dumps([{"type": "Mutation", "field": "integrationCreate", "arguments":
                                {"input": {"organizationId": "a", "title": "b", "titel": 1}}}]),
                   INTEGRATIONS)
    expect_mistake("a configuration that the plugin refuses",
                   f"--config {config}: the plugin refuses it: ", "--config", str(config),
                   plugin("NONE"))
    expect_mistake("a second configuration that the plugin refuses",
                   "--config: the plugin refuses it: ", "--config", "{}", "--config",
                   '{"nmae": 1}', plugin("NONE"))


def expect_misuse(name, said, *arguments):
    result = run(*arguments)
    good = result.returncode == 2 and said in result.stderr and result.stdout == ""
    report(good, f"{name}: status 2 and a message",
           *([] if good else [result.returncode, result.stdout, result.stderr]))


def check_misuse(folder):
    text = folder / "text.so"
    text.write_text("just a text")
    latin = folder / "config.json"
    latin.write_bytes(b'{"a": "\xe4"}')
    for name, said, *arguments in [
        ("no plugin", "no plugin given; see --help"),
        ("two plugins", "more than one plugin given", HELLO, HELLO),
        ("no such file", "nowhere.so: No such file or directory", str(folder / "nowhere.so")),
        ("a folder", "not a regular file", str(folder)),
        ("a text file", "not a plugin: not an ELF file", str(text)),
        ("an unknown option", "--frobnicate", "--frobnicate", HELLO),
        ("an option without its value", "requires an argument", HELLO, "--config"),
        ("a configuration that is not JSON", "--config: not JSON: ", "--config", '{"a"', HELLO),
        ("a configuration that is a list", "list.json: not a JSON object", "--config",
         str(folder / "list.json"), HELLO),
        ("a configuration that is not UTF-8", f"--config {latin}: not JSON: ", "--config",
         str(latin), HELLO),
        ("a configuration file that does not exist", "--config /nowhere: No such file", "--config",
         "/nowhere", HELLO),
        ("three configurations", "given more than twice", *["--config", "{}"] * 3, HELLO),
        ("calls that are not a list", "object.json: not a JSON list", "--calls",
         str(latin.with_name("object.json")), HELLO),
        ("a call with an unknown member", "--calls: call 0: ", "--calls",
         '[{"type": "Query", "field": "hello", "x": 1}]', HELLO),
        ("a call of nothing", "either `type` and `field`, or `load` and `ids`", "--calls",
         '[{"arguments": {}}]', HELLO),
        ("a call as an unknown actor", "`as` must be", "--calls",
         '[{"type": "Query", "field": "hello", "as": "root"}]', HELLO),
        ("a call that expects something odd", "`expect` must be", "--calls",
         '[{"type": "Query", "field": "hello", "expect": "RESOLVED!"}]', HELLO),
        ("a call with a broken selection", "`selection` must be", "--calls",
         '[{"type": "Query", "field": "hello", "selection": "a {"}]', HELLO),
        ("a host's schema that can't be parsed", "schema, line 1", "--host-schema",
         str(folder / "list.json"), HELLO),
        ("too few rounds", '--rounds: "4" is not a number from 5', "--rounds", "4", HELLO),
        ("an odd timeout", '--timeout: "1s" is not a number from 1', "--timeout", "1s", HELLO),
    ]:
        (folder / "list.json").write_text("[]")
        (folder / "object.json").write_text("{}")
        expect_misuse(name, said, *arguments)


def check_help():
    result = run("--help")
    members = ["type, field", "arguments", "parent", "load, ids", "selection", "as",
               "organizationId", "expect"]
    report(all(member in result.stdout for member in members),
           "--help says what --calls takes", result.stdout)
    options = ["--config", "--calls", "--host-schema", "--rounds", "--timeout", "--json", "--help",
               "--version"]
    report(result.returncode == 0 and all(option in result.stdout for option in options),
           "--help names every option", result.stdout)
    book = (ROOT / "abi/README.md").read_text()
    missing = [each["name"] for each in json.loads(run("--json", HELLO).stdout)["checks"]
               if f"`{each['name']}`" not in book]
    report(not missing, "the book names every check", *missing)
    report(re.fullmatch(r"gql-plugin-check \d+\.\d+\.\d+\n", run("--version").stdout) is not None,
           "--version prints the version")


def check_interrupt(folder, signal_number):
    """Interrupts the tool while drain hangs."""
    with subprocess.Popen([CHECK, plugin("DRAIN_HANGS")], stdout=subprocess.PIPE,
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
    subprocess.run([CHECK, "--timeout", "1", plugin("DRAIN_HANGS")], capture_output=True,
                   env={**os.environ, "TMPDIR": str(folder)}, timeout=300)
    subprocess.run([CHECK, "--config", DATABASE, INTEGRATIONS], capture_output=True,
                   env={**os.environ, "TMPDIR": str(folder)}, timeout=300)
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        check_interrupt(folder, signal_number)
    with subprocess.Popen([CHECK, HELLO], stdout=subprocess.PIPE,
                          env={**os.environ, "TMPDIR": str(folder)}) as closed:
        closed.stdout.close()
    report(closed.returncode == 0, "a report that nobody reads is not an error", closed.returncode)
    left = list(folder.glob("gql-plugin-check-*"))
    report(not left, "no folder is left", *left)
    running = [each for each in pathlib.Path("/proc").glob("[0-9]*")
               if plugin("DRAIN_HANGS") in command_of(each)]
    report(not running, "no process is left", *running)


def command_of(process):
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def main():
    check_faults()
    check_good_plugins()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for each in (check_host_schema, check_files, check_cxx, check_calls, check_mistakes,
                     check_misuse, check_traces):
            each(folder)
    check_notes()
    check_help()
    print(f"1..{len(RESULTS)}")


main()
