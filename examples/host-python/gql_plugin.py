# SPDX-License-Identifier: MIT
"""
What host.py uses of gql_plugin.h, ABI 0.2, in the order of the header, which says what each member
means. c_void_p stands for text with a size, and for what host.py does not use.
"""

from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_int32, c_uint32, c_uint64,
                    c_void_p, sizeof)

OK = 0
PENDING = 1
E_MISUSE = -1
E_NO_MEMORY = -2
E_STALE_REPLY = -3
E_LIMIT = -7


class Struct(Structure):
    """A struct of the ABI, with the members of ABI 0.2, so that its size is the baseline."""

    def __init__(self, **members):
        super().__init__(sizeof(self), **members)


class Failure(Struct):
    _fields_ = [("struct_size", c_uint32), ("code", c_int32), ("message", c_char * 1016)]


ACTION_READ, ACTION_CREATE, ACTION_UPDATE, ACTION_DELETE = 1, 2, 4, 8


class Grant(Struct):
    _fields_ = [("struct_size", c_uint32), ("actions", c_uint32), ("organization_id", c_char_p),
                ("organization_id_size", c_uint64)]


SOURCE_INTERNAL = 3
SOURCE_TYPE_INTERNAL = 4
ACTOR_SYSTEM = 3


class Request(Struct):
    _fields_ = [("struct_size", c_uint32), ("source", c_uint32), ("actor_id", c_char_p),
                ("actor_id_size", c_uint64), ("grants", POINTER(POINTER(Grant))),
                ("grant_count", c_uint32), ("actor_kind", c_uint32), ("trace_id", c_char_p),
                ("locale", c_char_p), ("occurrence", c_char_p), ("deadline", c_uint64),
                ("cancelled", POINTER(c_uint32)), ("source_type", c_uint32),
                ("reserved", c_uint32), ("organization_id", c_char_p),
                ("organization_id_size", c_uint64), ("client_address", c_char_p),
                ("user_agent", c_char_p), ("user_agent_size", c_uint64),
                ("idempotency_key", c_char_p), ("idempotency_key_size", c_uint64)]


class Reply(Struct):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("handle", c_uint64),
                ("data", c_void_p), ("size", c_uint64), ("capacity", c_uint64)]


class Call(Struct):
    _fields_ = [("struct_size", c_uint32), ("flags", c_uint32), ("arguments", c_char_p),
                ("arguments_size", c_uint64), ("parent", c_char_p), ("parent_size", c_uint64),
                ("selection", c_void_p), ("request", POINTER(Request)), ("shape", c_void_p)]


# An instance is a pointer that the host only passes on.
ResolveFn = CFUNCTYPE(c_int32, c_void_p, POINTER(Call), POINTER(Reply))


class Error(Struct):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("code", c_char_p),
                ("message", c_void_p), ("message_size", c_uint64), ("extensions", c_void_p),
                ("extensions_size", c_uint64), ("path", c_void_p), ("path_size", c_uint64)]


GrowFn = CFUNCTYPE(c_int32, c_void_p, c_uint64, c_uint64)
ResolvedFn = CFUNCTYPE(c_int32, c_void_p, c_uint64)
ErrorFn = CFUNCTYPE(c_int32, c_void_p, c_uint64, POINTER(Error))
HostExtensionFn = CFUNCTYPE(c_void_p, c_void_p, c_char_p)


class Host(Struct):
    _fields_ = [("struct_size", c_uint32), ("abi_major", c_uint32), ("abi_minor", c_uint32),
                ("reserved", c_uint32), ("name", c_char_p), ("version", c_char_p),
                ("data", c_void_p), ("reply_grow", GrowFn), ("reply_resolve", ResolvedFn),
                ("reply_reject", ErrorFn), ("extension", HostExtensionFn),
                ("reply_error", ErrorFn)]


class Resolver(Struct):
    _fields_ = [("struct_size", c_uint32), ("flags", c_uint32), ("type", c_char_p),
                ("field", c_char_p), ("resolve", ResolveFn),
                ("required_fields", POINTER(c_char_p)), ("required_field_count", c_uint32),
                ("reserved", c_uint32)]


class Schema(Struct):
    _fields_ = [("struct_size", c_uint32), ("part_count", c_uint32),
                ("resolver_count", c_uint32), ("loader_count", c_uint32),
                ("reference_count", c_uint32), ("reserved", c_uint32), ("parts", c_void_p),
                ("resolvers", POINTER(POINTER(Resolver))), ("loaders", c_void_p),
                ("references", POINTER(c_char_p))]


PLUGIN_RESIDENT = 1 << 16

InitFn = CFUNCTYPE(c_int32, POINTER(Host), POINTER(Failure))
CreateFn = CFUNCTYPE(c_int32, POINTER(Host), c_char_p, c_uint64, POINTER(c_void_p),
                     POINTER(Failure))
InstanceFn = CFUNCTYPE(None, c_void_p)


class Plugin(Struct):
    _fields_ = [("struct_size", c_uint32), ("abi_major", c_uint32), ("abi_minor", c_uint32),
                ("flags", c_uint32), ("id", c_char_p), ("name", c_char_p), ("version", c_char_p),
                ("description", c_char_p), ("homepage", c_char_p), ("licence", c_char_p),
                ("schema", POINTER(Schema)), ("config_schema", c_void_p),
                ("config_schema_size", c_uint64), ("init", InitFn), ("deinit", CFUNCTYPE(None)),
                ("create", CreateFn), ("drain", InstanceFn), ("destroy", InstanceFn),
                ("extension", CFUNCTYPE(c_void_p, c_char_p))]


EntryFn = CFUNCTYPE(POINTER(Plugin), c_uint32, c_uint32)
