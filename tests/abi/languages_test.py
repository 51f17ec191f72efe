# SPDX-License-Identifier: MIT
"""
The smallest plugin in Rust and the smallest host in Python work as the examples in C do, and the
host in C says by its exit code what came of a call. Prints TAP.

    languages_test.py ROOT CC CHECK HOST HELLO INTEGRATIONS [HELLO_RUST]
"""

import contextlib
import ctypes
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
ROOT, CC, CHECK, HOST, HELLO, INTEGRATIONS, *RUST = sys.argv[1:]
EXAMPLES = pathlib.Path(ROOT) / "examples"
sys.path.insert(0, str(EXAMPLES / "host-python"))
import gql_plugin as gql  # noqa: E402
import host as python_host  # noqa: E402

HOST_SCHEMA = EXAMPLES / "demo-host/host-schema.graphql"
GREETERS = [HELLO, *RUST]
RESULTS = []


def report(good, name, *notes):
    RESULTS.append(good)
    for note in [] if good else notes:
        print(f"# {note}".replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {len(RESULTS)} - {name}")


def name_of(path):
    return pathlib.Path(path).name


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def run_host(*arguments):
    return run(sys.executable, "-B", str(EXAMPLES / "host-python/host.py"), *arguments)


# ---- The structs, written by hand, are those of the header ----

def python_structs():
    for name, struct in vars(gql).items():
        if isinstance(struct, type) and issubclass(struct, gql.Struct) and struct is not gql.Struct:
            fields = [(field, getattr(struct, field)) for field, _ in struct._fields_]
            yield ("gql_" + name.lower(), ctypes.sizeof(struct),
                   [(field, place.offset, place.size) for field, place in fields])


def rust_structs():
    """Computes the layout that repr(C) gives: each member is aligned to its size."""
    text = (EXAMPLES / "hello-rust/gql_plugin.rs").read_text()
    pattern = r"#\[repr\(C\)\]\npub struct (\w+) \{\n(.*?)^\}"
    for name, body in re.findall(pattern, text, re.M | re.S):
        fields, offset = [], 0
        for field, kind in re.findall(r"^    pub (\w+): (.*),$", body, re.M):
            size = {"u32": 4, "i32": 4, "[u8; 1016]": 1016}.get(kind, 8)
            offset += -offset % min(size, 8)
            fields.append((field.replace("type_name", "type"), offset, size))
            offset += size
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        yield "gql_" + snake, offset + -offset % 8, fields


def layout_in_c(structs):
    """The same structs up to their baselines, as the compiler lays out those of the header."""
    lines = []
    for name, _, fields in structs:
        lines.append(f'printf("{name} %zu\\n", {name.upper()}_SIZE_0_2);')
        lines += [f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), '
                  f'sizeof((({name} *)0)->{field}));' for field, _, _ in fields]
    program = ('#include <stddef.h>\n#include <stdio.h>\n#include "gql_plugin.h"\n'
               f'int main(void) {{ {" ".join(lines)} return 0; }}\n')
    with tempfile.TemporaryDirectory() as folder:
        source, binary = pathlib.Path(folder) / "layout.c", pathlib.Path(folder) / "layout"
        source.write_text(program)
        built = run(CC, "-std=gnu11", f"-I{ROOT}/abi", "-o", str(binary), str(source))
        return built.stderr.splitlines() + (run(str(binary)).stdout.splitlines()
                                            if built.returncode == 0 else [])


def check_layout(language, structs):
    declared = []
    for name, size, fields in structs:
        declared.append(f"{name} {size}")
        declared += [f"{name}.{field} {offset} {width}" for field, offset, width in fields]
    in_c = layout_in_c(structs)
    report(declared == in_c and len(structs) >= 9, f"the structs in {language} are the header's",
           *sorted(set(declared) ^ set(in_c)))


# ---- Greetings ----

PIECES = [*'A é\u20ac\U0001f600"\\/\n\b\f\r\t\x1f\x7f\u2028']


def random_escape(char, draw):
    """One of the ways to write a character in a JSON string."""
    units = char.encode("utf-16-be")
    long = "".join(f"\\u{units[i]:02x}{units[i + 1]:02X}" for i in range(0, len(units), 2))
    short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\b": "\\b", "\f": "\\f",
             "\r": "\\r", "\t": "\\t"}.get(char)
    plain = char if char >= " " and char not in '"\\' else None
    return draw.choice([way for way in (long, short, plain) if way])


def random_arguments(draw, pieces):
    """A name, and arguments that have it, as JSON text with escapes and white space."""
    def space():
        return "".join(draw.choice(" \t\r\n") for _ in range(draw.randrange(3)))

    name = "".join(draw.choice(pieces) for _ in range(draw.randrange(9)))
    key = "".join(random_escape(char, draw) for char in "name")
    value = "".join(random_escape(char, draw) for char in name)
    return name, f'{space()}{{{space()}"{key}"{space()}:{space()}"{value}"{space()}}}{space()}'


BAD_ARGUMENTS = [
    b'', b'{', b'{}', b'[]', b'{"name": 1}', b'{"name": "a}', b'{"name": "a"', b'{"name" "a"}',
    b'{"name": "a"} x', b'{"name": "a",}', b'{,"name": "a"}', b'{"name": "\n"}',
    b'{"name": "\\x"}', b'{"name": "\\u12g4"}', b'{"name": "\\u+123"}', b'{"name": "\\ud83d"}',
    b'{"name": "\\ude00\\ud83d"}', b'{"name": "\\ud83d\\u0041"}', b'{"name": "\xff"}',
]


@contextlib.contextmanager
def serving(path, config="{}"):
    """A host with an instance of a plugin, and how to call a field of it."""
    host, plugin = python_host.Host(), python_host.load(path)
    instance = ctypes.c_void_p()
    python_host.succeed(plugin.init, ctypes.byref(host.struct))
    python_host.succeed(plugin.create, ctypes.byref(host.struct), config.encode(),
                        len(config.encode()), ctypes.byref(instance))

    def call(field, arguments, type_name="Query"):
        resolver = python_host.find_resolver(plugin, type_name, field)
        return host.call(instance, resolver, arguments)

    call.host, call.plugin, call.instance = host, plugin, instance
    yield call
    plugin.drain(instance)
    plugin.destroy(instance)
    plugin.deinit()


def check_greetings(path):
    draw = random.Random(7)
    pieces = PIECES if path == HELLO else [*PIECES, "\0"]  # jansson takes no NUL by default.
    wrong = []
    with serving(path) as call:
        for _ in range(500):
            name, arguments = random_arguments(draw, pieces)
            answer = call("hello", arguments.encode())
            if answer.error or json.loads(answer.value) != f"Hello, {name}!":
                wrong.append(f"{arguments}: {answer.error or answer.value}")
        report(not wrong, f"{name_of(path)} greets names however they are written", *wrong[:5])
        answers = [(arguments, call("hello", arguments)) for arguments in BAD_ARGUMENTS]
        wrong = [f"{arguments}: {answer.value}" for arguments, answer in answers
                 if not (answer.error or "").startswith("VALIDATION_ERROR")]
        report(not wrong, f"{name_of(path)} rejects arguments that are not as the schema says",
               *wrong)


def check_long_names(path):
    with serving(path) as call:
        name = "é\n" * 100_000
        answer = call("hello", json.dumps({"name": name}, ensure_ascii=False).encode())
        report(answer.error is None and json.loads(answer.value) == f"Hello, {name}!",
               f"{name_of(path)} makes the reply grow", answer.error)
        answer = call("hello", json.dumps({"name": "x" * python_host.REPLY_LIMIT}).encode())
        report(answer.value is None and answer.error.startswith("VALIDATION_ERROR: The ")
               and "too long" in answer.error,
               f"{name_of(path)} rejects what exceeds the reply's limit", answer.error)


def check_contract(path):
    """What the plugin does with structs of other sizes, with flags, and with a prefix."""
    with serving(path) as call:
        resolver = python_host.find_resolver(call.plugin, "Query", "hello")
        arguments = b'{"name": "Ada"}'

        def answer_to(change):
            pending = python_host.PendingCall(next(call.host.handles))
            request = gql.Request()
            struct = gql.Call(arguments=arguments, arguments_size=len(arguments),
                              request=ctypes.pointer(request))
            change(struct, pending)
            call.host.calls[pending.reply.handle] = pending
            code = resolver.resolve(call.instance, ctypes.byref(struct),
                                    ctypes.byref(pending.reply))
            call.host.calls.pop(pending.reply.handle, None)
            return code, pending.value

        def small_call(struct, _):
            struct.struct_size -= 8

        def small_reply(_, pending):
            pending.reply.struct_size -= 8

        def unknown_flag(struct, _):
            struct.flags = 1 << 20

        def reserved(_, pending):
            pending.reply.reserved = 1

        for change in (small_call, small_reply, unknown_flag, reserved):
            result = answer_to(change)
            report(result == (gql.E_MISUSE, None),
                   f"{name_of(path)} refuses a call: {change.__name__}", f"{result}")

        def newer(struct, _):
            struct.flags, struct.struct_size = 1 << 3, struct.struct_size + 64

        result = answer_to(newer)
        report(result == (gql.OK, '"Hello, Ada!"'), f"{name_of(path)} serves a newer host",
               f"{result}")

        def prefix(_, pending):
            pending.make_room(9)
            ctypes.memmove(pending.buffer, b'{"hello":', 9)
            pending.reply.size = 9

        result = answer_to(prefix)
        report(result == (gql.OK, '{"hello":"Hello, Ada!"'),
               f"{name_of(path)} leaves what the reply holds already", f"{result}")

        def empty(_, pending):
            pending.reply.data, pending.reply.capacity = None, 0

        result = answer_to(empty)
        report(result == (gql.OK, '"Hello, Ada!"'), f"{name_of(path)} starts without a buffer",
               f"{result}")


def check_drain(path):
    """Calls on many threads while the instance is drained: each is served or rejected."""
    answers = []
    with serving(path) as call:
        def keep_calling():
            for _ in range(200):
                answers.append(call("hello", b'{"name": "x"}'))

        threads = [threading.Thread(target=keep_calling) for _ in range(8)]
        for thread in threads:
            thread.start()
        call.plugin.drain(call.instance)
        late = call("hello", b'{"name": "x"}')
        for thread in threads:
            thread.join()
    seen = {answer.error or answer.value for answer in answers}
    unavailable = "SERVICE_UNAVAILABLE: The plugin is shutting down. {} []"
    report(len(answers) == 1600 and seen <= {'"Hello, x!"', unavailable} and
           late.error == unavailable, f"{name_of(path)} drains while it is called", f"{seen}")


# ---- The Python host ----

def check_output(path):
    shown = run_host(path, "{}", "Query", "hello", '{"name": "Zo\\u00eb"}')
    report((shown.returncode, shown.stdout) == (0, '"Hello, Zoë!"\n'),
           f"host.py prints what {name_of(path)} answers", shown.stdout, shown.stderr)
    shown = run_host(path, '{"nmae": 1}', "Query", "hello", "{}")
    report(shown.returncode == 1 and "configuration must be {}" in shown.stderr and
           "nmae" in shown.stderr, f"host.py shows why {name_of(path)} refuses settings",
           shown.stderr)
    shown = run_host(path, "{}", "Query", "goodbye", "{}")
    report(shown.returncode == 1 and "no resolver for Query.goodbye" in shown.stderr,
           f"host.py names a field that {name_of(path)} lacks", shown.stderr)


def check_integrations():
    created = {"input": {"organizationId": "acme", "title": "Billing"}}
    with tempfile.TemporaryDirectory() as folder:
        config = json.dumps({"database": {"path": os.path.join(folder, "i.db")}})
        with serving(INTEGRATIONS, config) as call:
            threads = watch_completions(call.host)
            answer = call("integrationCreate", json.dumps(created).encode(), "Mutation")
            titles = call("integrations", b'{"organizationId": "acme"}')
        report(answer.error is None and '"Billing"' in answer.value,
               "host.py runs a mutation of integrations.so", answer.error, answer.value)
        report(threads and threads[0] != threading.get_ident(),
               "whose completion comes on a thread of the plugin", f"{threads}")
        report('"Billing"' in (titles.value or ""), "and reads what it has written", titles.error)
        shown = run_host(INTEGRATIONS, config, "Query", "integrations",
                         '{"organizationId": "acme", "first": 1000}')
        report(shown.returncode == 1 and shown.stderr.startswith("VALIDATION_ERROR: ") and
               '"status":400' in shown.stderr, "host.py prints a rejection", shown.stderr)


def watch_completions(host):
    """The threads on which calls are resolved, in order."""
    threads, resolve = [], host.resolve

    def watched(struct, handle):
        threads.append(threading.get_ident())
        return resolve(struct, handle)

    host.struct.reply_resolve = gql.ResolvedFn(watched)
    return threads


def check_refusals():
    """What host.py refuses to load, by the structs alone."""
    def refusal(struct, **members):
        for name, value in members.items():
            setattr(struct, name, value)
        try:
            python_host.check(struct, gql.PLUGIN_RESIDENT)
        except python_host.Refused as refused:
            return str(refused)
        return None

    report(refusal(gql.Plugin(), flags=gql.PLUGIN_RESIDENT | 1 << 15) is None,
           "host.py takes a resident plugin, and flags that it may ignore")
    for struct, members, expected in [
        (gql.Plugin(), {"flags": 1 << 17}, "gql_plugin.flags has the unknown bits 0x20000"),
        (gql.Schema(), {"reserved": 1}, "gql_schema.reserved is not 0"),
        (gql.Resolver(), {"struct_size": 32}, "gql_resolver.struct_size is 32, too small"),
        (gql.Resolver(), {"reserved": 7}, "gql_resolver.reserved is not 0"),
    ]:
        said = refusal(struct, **members)
        report(said is not None and said.startswith(expected), f"host.py refuses: {expected}", said)
    check_old_plugin()
    shown = run_host(str(EXAMPLES / "hello/hello.c"), "{}", "Query", "hello", "{}")
    report(shown.returncode == 1 and "hello.c" in shown.stderr and "Traceback" not in shown.stderr,
           "host.py refuses a file that is no plugin", shown.stderr)


def check_old_plugin():
    frozen = pathlib.Path(ROOT) / "tests/abi/frozen/0.1"
    with tempfile.TemporaryDirectory() as folder:
        old = os.path.join(folder, "old.so")
        built = run(CC, "-shared", "-fPIC", "-D_GNU_SOURCE", f"-I{frozen}", "-o", old,
                    str(frozen / "hello.c"), "-ljansson", "-lpthread")
        shown = run_host(old, "{}", "Query", "hello", "{}")
    report(shown.returncode == 1 and "the plugin is for ABI 0.1, not 0.2" in shown.stderr,
           "host.py refuses a plugin for ABI 0.1", built.stderr, shown.stderr)


def check_misuses():
    """What the functions of host.py return to a plugin that breaks the contract."""
    host = python_host.Host()
    pending = python_host.PendingCall(5)
    host.calls[5] = pending
    note = ctypes.create_string_buffer(b"Gone.")
    error = gql.Error(code=b"NOT_FOUND", message=ctypes.addressof(note), message_size=5)
    shown = "NOT_FOUND: Gone. {} []"
    pending.reply.size = pending.reply.capacity + 1
    report(host.grow(None, 5, 1) == gql.E_MISUSE, "host.py notices a write beyond the capacity")
    pending.reply.size = 0
    report(host.grow(None, 5, (1 << 64) - 1) == gql.E_LIMIT, "host.py limits a reply")
    report(host.add_error(None, 5, ctypes.pointer(error)) == gql.OK and pending.errors == [shown],
           "host.py keeps an added error", f"{pending.errors}")
    bad = [gql.Error(), gql.Error(code=b"X"),
           gql.Error(code=b"X", message=error.message, reserved=1),
           gql.Error(code=b"X", message=error.message, path=error.message, path_size=5)]
    bad[0].struct_size = 16
    codes = [host.add_error(None, 5, ctypes.pointer(each)) for each in bad]
    report(codes == [gql.E_MISUSE] * 4 and pending.errors == [shown],
           "host.py refuses an error that is not complete", f"{codes}")
    report(host.reject(None, 5, ctypes.pointer(error)) == gql.OK and pending.error == shown,
           "host.py rejects a reply", f"{pending.error}")
    late = {host.resolve(None, 5), host.reject(None, 5, ctypes.pointer(error)),
            host.grow(None, 5, 1), host.add_error(None, 5, ctypes.pointer(error))}
    report(late == {gql.E_STALE_REPLY}, "host.py rejects what comes too late", f"{late}")


# ---- The host in C ----

def check_c_host():
    """Its exit code and where it prints; a value is nothing but the value."""
    def show(path, config, *call):
        shown = run(HOST, path, config, *call)
        return shown.returncode, shown.stdout, shown.stderr

    status, value, errors = show(HELLO, "{}", "Query", "hello", '{"name": 1}')
    report((status, value) == (1, "") and errors.startswith("VALIDATION_ERROR: The name must be"),
           "host ends with 1 if the call is rejected", status, value, errors)
    for call in [("Query", "goodbye", "{}"), ("Mutation", "hello", "{}")]:
        status, value, errors = show(HELLO, "{}", *call)
        report((status, value) == (1, "") and errors != "",
               f"host ends with 1 without a resolver for {call[0]}.{call[1]}", value, errors)
    status, value, errors = show("/no such plugin", "{}", "Query", "hello", "{}")
    report((status, value) == (1, "") and "/no such plugin" in errors,
           "host ends with 1 if there is no plugin", value, errors)
    for wrong in [(), ("Query", "hello"), ("Query", "hello", "{}", "ada", "more")]:
        status, value, errors = show(HELLO, "{}", *wrong)
        report((status, value) == (2, "") and errors.startswith("usage: "),
               f"host ends with 2 for {2 + len(wrong)} arguments", value, errors)
    with tempfile.TemporaryDirectory() as folder:
        config = json.dumps({"database": {"path": f"{folder}/db"}})
        call = ("Query", "integrations", '{"organizationId": "acme", "first": 1}')
        status, value, errors = show(INTEGRATIONS, config, *call)
        report((status, value) == (1, "") and errors.startswith("UNAUTHORIZED: "),
               "without an actor, host calls for nobody", value, errors)
        status, value, errors = show(INTEGRATIONS, config, *call, "ada")
        report(status == 0 and json.loads(value)["total"]["count"] == 0 and errors == "",
               "with an actor, host calls for one who may do everything", value, errors)


# ---- Rust ----

def check_rust(path):
    shown = run(HOST, path, "{}", "Query", "hello", '{"name": "\\ud83d\\ude00"}')
    report((shown.returncode, shown.stdout) == (0, '"Hello, \U0001f600!"\n'),
           "the host library calls hello-rust.so", shown.stdout, shown.stderr)
    shown = run(HOST, path, '{"nmae": 1}', "Query", "hello", "{}")
    report(shown.returncode == 1 and shown.stderr ==
           f"{os.path.realpath(path)}: the configuration must be {{}}: unknown key nmae\n",
           "and shows why an instance is not created", shown.stderr)
    shown = run(CHECK, "--host-schema", str(HOST_SCHEMA), path)
    lines = [line for line in shown.stdout.splitlines() if re.match("(not )?ok ", line)]
    skipped = [line for line in lines if "# SKIP" in line]
    report(shown.returncode == 0 and len(lines) >= 42 and
           [line.split(" - ")[1].split(":")[0] for line in skipped] ==
           ["subgraph", "loaded", "errors", "shapes", "drain-waits"],
           "gql-plugin-check finds nothing in hello-rust.so; it skips only what that does not have",
           *[line for line in shown.stdout.splitlines() if not line.startswith("ok ")])


def main():
    check_layout("Python", [*python_structs()])
    check_layout("Rust", [*rust_structs()])
    for path in GREETERS:
        check_greetings(path)
        check_long_names(path)
        check_contract(path)
        check_drain(path)
        check_output(path)
    check_integrations()
    check_refusals()
    check_misuses()
    check_c_host()
    if RUST:
        check_rust(RUST[0])
    else:
        report(True, "hello-rust.so # SKIP rustc is not installed")
    print(f"1..{len(RESULTS)}")


main()
