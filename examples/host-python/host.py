# SPDX-License-Identifier: MIT
"""
A minimal host: loads a plugin, calls one field of Query or Mutation, and prints the answer.

    host.py PLUGIN CONFIG TYPE FIELD ARGUMENTS
"""

import ctypes
import itertools
import json
import os
import sys
import threading

import gql_plugin as gql

REPLY_LIMIT = 16 << 20


class Refused(Exception):
    """The plugin was not loaded, or its instance not created."""


def text(data, size):
    return ctypes.string_at(data, size).decode(errors="replace") if data else ""


def show(pointer):
    """A gql_error in one line; None if it is not complete."""
    if not pointer or pointer.contents.struct_size < ctypes.sizeof(gql.Error):
        return None
    error = pointer.contents
    extensions = text(error.extensions, error.extensions_size) or "{}"
    path = text(error.path, error.path_size) or "[]"
    try:
        valid = isinstance(json.loads(extensions), dict) and isinstance(json.loads(path), list)
    except ValueError:
        valid = False
    if not valid or not error.code or not error.message or error.reserved != 0:
        return None
    message = text(error.message, error.message_size)
    return f"{error.code.decode(errors='replace')}: {message} {extensions} {path}"


class PendingCall:
    def __init__(self, handle):
        self.reply = gql.Reply(handle=handle)
        self.errors = []
        self.completed = threading.Event()
        self.value = self.error = None
        self.make_room(256)

    def make_room(self, capacity):
        buffer = ctypes.create_string_buffer(capacity)
        if self.reply.size > 0:
            ctypes.memmove(buffer, self.buffer, self.reply.size)
        self.buffer = buffer
        self.reply.data, self.reply.capacity = ctypes.addressof(buffer), capacity


class Host:
    """The plugin calls grow, resolve, reject and add_error, on any thread."""

    def __init__(self):
        self.calls = {}  # Those that are not completed, by handle. Each step on it is atomic.
        self.handles = itertools.count(1)  # Never used twice, so that a late handle is unknown.
        self.struct = gql.Host(
            abi_major=0, abi_minor=2, name=b"host.py", version=b"1",
            reply_grow=gql.GrowFn(self.grow), reply_resolve=gql.ResolvedFn(self.resolve),
            reply_reject=gql.ErrorFn(self.reject), reply_error=gql.ErrorFn(self.add_error),
            extension=gql.HostExtensionFn(lambda host, extension_id: None))

    def grow(self, _, handle, more):
        call = self.calls.get(handle)
        if call is None:
            return gql.E_STALE_REPLY
        size, capacity = call.reply.size, call.reply.capacity
        if size > capacity:
            return gql.E_MISUSE
        if size + more > REPLY_LIMIT:
            return gql.E_LIMIT
        if size + more > capacity:
            call.make_room(max(size + more, min(2 * capacity, REPLY_LIMIT)))
        return gql.OK

    def resolve(self, _, handle):
        call = self.calls.pop(handle, None)
        if call is None:
            return gql.E_STALE_REPLY
        if call.reply.size > len(call.buffer):
            call.error = "INTERNAL_ERROR: the plugin wrote beyond the reply's capacity"
        else:
            call.value = text(call.buffer, call.reply.size)
        call.completed.set()
        return gql.OK

    def reject(self, _, handle, error):
        call = self.calls.pop(handle, None)
        if call is None:
            return gql.E_STALE_REPLY
        call.error = show(error) or "INTERNAL_ERROR: the plugin gave no complete error"
        call.completed.set()
        return gql.OK

    def add_error(self, _, handle, error):
        call = self.calls.get(handle)
        if call is None:
            return gql.E_STALE_REPLY
        shown = show(error)
        if shown is None:
            return gql.E_MISUSE
        call.errors.append(shown)
        return gql.OK

    def call(self, instance, resolver, arguments):
        """Returns when the call is not under way any more: it has returned and is completed."""
        pending = PendingCall(next(self.handles))
        everything = gql.Grant(actions=gql.ACTION_READ | gql.ACTION_CREATE | gql.ACTION_UPDATE |
                               gql.ACTION_DELETE)
        request = gql.Request(
            source=gql.SOURCE_INTERNAL, source_type=gql.SOURCE_TYPE_INTERNAL,
            actor_id=b"operator", actor_id_size=8, actor_kind=gql.ACTOR_SYSTEM,
            grants=(ctypes.POINTER(gql.Grant) * 1)(ctypes.pointer(everything)), grant_count=1)
        call = gql.Call(arguments=arguments, arguments_size=len(arguments),
                        request=ctypes.pointer(request))
        self.calls[pending.reply.handle] = pending
        code = resolver.resolve(instance, ctypes.byref(call), ctypes.byref(pending.reply))
        if code == gql.PENDING:
            pending.completed.wait()
        elif self.calls.pop(pending.reply.handle, None) is not None:
            pending.error = f"INTERNAL_ERROR: the plugin returned {code} and no answer"
        return pending


def check(struct, known_flags=0):
    """Refuses what is smaller than in ABI 0.2, or sets what must be understood and is not."""
    name = "gql_" + type(struct).__name__.lower()
    if struct.struct_size < ctypes.sizeof(struct):
        raise Refused(f"{name}.struct_size is {struct.struct_size}, too small for ABI 0.2")
    if getattr(struct, "reserved", 0) != 0:
        raise Refused(f"{name}.reserved is not 0")
    if (unknown := getattr(struct, "flags", 0) & ~known_flags & 0xFFFF0000) != 0:
        raise Refused(f"{name}.flags has the unknown bits {unknown:#x}")


def load(path):
    """ctypes never unloads a library, so a resident plugin needs no care."""
    try:
        entry = gql.EntryFn(("gql_plugin_entry_v0", ctypes.CDLL(os.path.abspath(path))))
    except (OSError, AttributeError) as error:
        raise Refused(str(error)) from None
    pointer = entry(0, 2)
    if not pointer:
        raise Refused("the plugin does not support hosts of ABI 0.2")
    plugin = pointer.contents
    if plugin.struct_size >= 12 and (plugin.abi_major, plugin.abi_minor) != (0, 2):
        raise Refused(f"the plugin is for ABI {plugin.abi_major}.{plugin.abi_minor}, not 0.2")
    check(plugin, gql.PLUGIN_RESIDENT)
    schema = plugin.schema.contents
    check(schema)
    for i in range(schema.resolver_count):
        check(schema.resolvers[i].contents)
    return plugin


def find_resolver(plugin, type_name, field):
    schema = plugin.schema.contents
    for i in range(schema.resolver_count):
        resolver = schema.resolvers[i].contents
        if (resolver.type, resolver.field) == (type_name.encode(), field.encode()):
            return resolver
    raise Refused(f"the plugin has no resolver for {type_name}.{field}")


def succeed(function, *arguments):
    failure = gql.Failure()
    if function(*arguments, ctypes.byref(failure)) != gql.OK:
        raise Refused(failure.message.decode(errors="replace"))


def call_once(host, plugin, config, type_name, field, arguments):
    resolver = find_resolver(plugin, type_name, field)
    host_struct, instance = ctypes.byref(host.struct), ctypes.c_void_p()
    succeed(plugin.init, host_struct)
    try:
        succeed(plugin.create, host_struct, config.encode(), len(config.encode()),
                ctypes.byref(instance))
    except Refused:
        plugin.deinit()
        raise
    answer = host.call(instance, resolver, arguments.encode())
    plugin.drain(instance)
    plugin.destroy(instance)
    plugin.deinit()
    return answer


def main(path, *arguments):
    try:
        answer = call_once(Host(), load(path), *arguments)
    except Refused as refused:
        sys.exit(f"{path}: {refused}")
    if answer.error is not None:
        sys.exit(answer.error)
    print(answer.value)
    for error in answer.errors:
        print(error, file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(f"usage: {sys.argv[0]} PLUGIN CONFIG TYPE FIELD ARGUMENTS")
    main(*sys.argv[1:])
