// SPDX-License-Identifier: MIT
/*
 * gql_plugin.h - the contract between a GraphQL gateway (the host) and a plugin, a shared object
 * that serves part of the gateway's schema. This header is the specification; README.md beside it
 * explains how to use it.
 *
 * GENERAL RULES
 *
 * Text      is UTF-8. A `const char *` with a `_size` member beside it has that many bytes and need
 *           not end in NUL; one without is NUL-terminated.
 * JSON      is RFC 8259 text.
 * Sizes     are in bytes. Times are nanoseconds of CLOCK_MONOTONIC unless a name says otherwise.
 * Structs   that cross the boundary begin with `struct_size`, which the writer sets to sizeof. They
 *           grow only at the end. Each has a baseline, its size in ABI 0.2 (GQL_CALL_SIZE_0_2, …):
 *           a reader refuses a smaller struct, with GQL_E_MISUSE (init: GQL_E_VERSION), and may
 *           read all of the baseline. Before it reads a later member, it tests with GQL_HAS whether
 *           `struct_size` covers it; one that is not covered counts as 0, as NULL, or for a
 *           function as not offered. Arrays are arrays of pointers, so that elements can grow too.
 * Unknown   things are expected from newer peers. Of flags, a reader ignores bits 0 to 15 that it
 *           does not know. An unknown bit of 16 to 31, or a member called `reserved` that is not 0,
 *           must be understood: the reader refuses the struct and says why. A reader skips kinds
 *           that it does not know, and treats an unknown negative code as GQL_E_UNAVAILABLE.
 * Memory    that one side allocates is never freed by the other.
 * Returns   are GQL_OK, GQL_PENDING or a negative GQL_E_ code. A negative code of a call means that
 *           the ABI was misused or that memory ran out. GraphQL errors are data: see gql_error.
 *
 * THREAD TAGS. Every function has one of these:
 *
 * [control]     The host calls it, on any thread, but never twice at the same time on one object:
 *               the library for init and deinit, the instance for drain and destroy. Calls of
 *               create may overlap. Never called from inside a [call], [completion] or [host]
 *               function. May block.
 * [call]        The host calls it, on any thread, any number at the same time. Takes no longer than
 *               a few short reads of storage: it never waits for a write, a network or another
 *               call.
 * [completion]  The plugin calls it, on any thread, from inside its [call] function or later. Does
 *               not block, and does not call into the plugin.
 * [host]        The plugin calls it, on any thread, at any time from init or create until the
 *               matching deinit or destroy returns. Does not block, and does not call into the
 *               plugin.
 * [any]         The host calls it, on any thread, at any time while the library is loaded. Does not
 *               block.
 *
 * A CALL IS UNDER WAY from the host's call of a [call] function until the function has returned and
 * its reply is completed, whichever comes last. The host waits for both before it destroys the
 * instance or unloads the code; the plugin may use its instance until the function returns. A
 * thread that completes the reply later may use it until then, and after that only if the plugin's
 * drain or destroy waits for the thread.
 *
 * SIGNALS are the host's: threads of a plugin block all of them.
 *
 * FORKS. A forked process has none of the plugin's threads and shares open files with its parent.
 * It must not use the instances of the parent, not even to drain or destroy them, and creates its
 * own.
 *
 * Prior art: CLAP (one entry, extensions, thread tags), Arrow ADBC (errors in the caller's struct),
 * Envoy's ABI policy.
 */
#ifndef GQL_PLUGIN_H
#define GQL_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The version of this header. Before 1.0, each minor version may break compatibility, and a host
 * accepts plugins of its own major and minor version. From 1.0 on, a host accepts plugins of its
 * own major version.
 *
 * A plugin states the version it was written for as literals in its source, never by these names:
 * a rebuild with a newer header would otherwise claim what the code does not do.
 */
#define GQL_ABI_MAJOR 0u
#define GQL_ABI_MINOR 2u

/*
 * The one symbol that a plugin exports: a function of type gql_plugin_entry_fn. Its name contains
 * the major version.
 */
#define GQL_PLUGIN_ENTRY_SYMBOL "gql_plugin_entry_v0"

/* True if `struct_size` of *object covers `member`. */
#define GQL_HAS(object, member)                                             \
    ((uint64_t)(object)->struct_size >=                                     \
     (uint64_t)((const char *)&(object)->member - (const char *)(object)) + \
         (uint64_t)sizeof((object)->member))

/* The size of a struct up to and including `member`: the baselines are defined with it. */
#if defined(__GNUC__)
#define GQL_SIZE_THROUGH(type, member) \
    ((uint64_t) __builtin_offsetof(type, member) + (uint64_t)sizeof(((const type *)0)->member))
#else
#define GQL_SIZE_THROUGH(type, member)                                        \
    ((uint64_t)((const char *)&((const type *)0)->member - (const char *)0) + \
     (uint64_t)sizeof(((const type *)0)->member))
#endif

/* True if *object is as large as a baseline: GQL_FITS(call, GQL_CALL_SIZE_0_2). */
#define GQL_FITS(object, baseline) ((uint64_t)(object)->struct_size >= (baseline))

/* ---- Return codes ---- */

/* Done. */
#define GQL_OK 0

/* Only from gql_resolve_fn: another thread has completed the reply, or will. */
#define GQL_PENDING 1

/* The caller broke the contract: a NULL, a struct below its baseline, … */
#define GQL_E_MISUSE (-1)

/* Out of memory. */
#define GQL_E_NO_MEMORY (-2)

/* The reply was completed before, or never existed. Nothing was done. */
#define GQL_E_STALE_REPLY (-3)

/* The version of the other side is not supported. */
#define GQL_E_VERSION (-4)

/* The configuration was refused. */
#define GQL_E_CONFIG (-5)

/* Something outside can't be used: a file, a database, a key. */
#define GQL_E_UNAVAILABLE (-6)

/* A limit of the callee was exceeded: the size of a reply, the number of instances, … */
#define GQL_E_LIMIT (-7)

typedef struct gql_host gql_host;

/* Defined by the plugin; the host only passes the pointer. */
typedef struct gql_instance gql_instance;

/* ---- Failures of loading and creating ---- */

/*
 * Why init or create failed. The caller provides it, zeroed except for struct_size; the callee
 * writes to it only if it returns a negative code. It writes nothing to one that is NULL or below
 * the baseline: the code alone tells.
 */
typedef struct gql_failure {
    uint32_t struct_size;

    /* The GQL_E_ code that is returned. */
    int32_t code;

    /*
     * For the operator: what failed and what to do about it. NUL-terminated; truncated between
     * characters.
     */
    char message[1016];
} gql_failure;
#define GQL_FAILURE_SIZE_0_2 GQL_SIZE_THROUGH(gql_failure, message)

/* ---- A call: what a resolver receives ---- */

/* gql_grant.actions, a set. */
#define GQL_ACTION_READ 1u
#define GQL_ACTION_CREATE 2u
#define GQL_ACTION_UPDATE 4u
#define GQL_ACTION_DELETE 8u

/*
 * What the actor may do with the plugin's entities, in one organization or in all. Grants add up.
 */
typedef struct gql_grant {
    uint32_t struct_size;
    uint32_t actions;

    /* NULL: every organization. */
    const char *organization_id;
    uint64_t organization_id_size;
} gql_grant;
#define GQL_GRANT_SIZE_0_2 GQL_SIZE_THROUGH(gql_grant, organization_id_size)

/*
 * gql_request.source: the transport of the request. A plugin treats a value that it does not know,
 * here and below, as unknown.
 */
#define GQL_SOURCE_UNKNOWN 0u
#define GQL_SOURCE_HTTP 1u
#define GQL_SOURCE_WEBSOCKET 2u
#define GQL_SOURCE_INTERNAL 3u /* The gateway itself: a job, a warm-up, a test. */

/* gql_request.source_type: the kind of client, for audit. */
#define GQL_SOURCE_TYPE_UNKNOWN 0u
#define GQL_SOURCE_TYPE_WEB 1u
#define GQL_SOURCE_TYPE_MOBILE 2u
#define GQL_SOURCE_TYPE_API 3u
#define GQL_SOURCE_TYPE_INTERNAL 4u
#define GQL_SOURCE_TYPE_INTEGRATION 5u

/* gql_request.actor_kind */
#define GQL_ACTOR_UNKNOWN 0u
#define GQL_ACTOR_USER 1u
#define GQL_ACTOR_INTEGRATION 2u
#define GQL_ACTOR_SYSTEM 3u

/*
 * Who calls, and under which conditions. The host has authenticated the actor; the plugin enforces
 * the grants. Valid until the completion.
 */
typedef struct gql_request {
    uint32_t struct_size;
    uint32_t source;

    /*
     * NULL: nobody is authenticated, and there are no grants. A resolver that needs somebody rejects
     * with UNAUTHORIZED, and so does a loader: it returns nulls only to an actor who may not read.
     */
    const char *actor_id;
    uint64_t actor_id_size;

    const gql_grant *const *grants;
    uint32_t grant_count;
    uint32_t actor_kind;

    /* 32 lower-case hexadecimal digits (W3C Trace Context, trace-id), or NULL. */
    const char *trace_id;

    /* The BCP 47 language tag that the client prefers, or NULL. */
    const char *locale;

    /* The URI reference of this occurrence (`instance` in RFC 9457, section 3.1.5), or NULL. */
    const char *occurrence;

    /* CLOCK_MONOTONIC, nanoseconds: after it nobody waits for the answer. 0: no deadline. */
    uint64_t deadline;

    /*
     * Cancellation: the host atomically stores 1 when nobody waits for the answer any more. The
     * plugin may load it atomically at any time until the completion. NULL: the call can't be
     * cancelled. A cancelled call must be completed too.
     */
    const uint32_t *cancelled;

    uint32_t source_type;
    uint32_t reserved;

    /*
     * The organization that the request is about, if the host knows it; else NULL. It narrows the
     * grants: the actor may do nothing in any other organization.
     */
    const char *organization_id;
    uint64_t organization_id_size;

    /* For audit, as far as the host knows: an IP address in text form, and User-Agent. Or NULL. */
    const char *client_address;
    const char *user_agent;
    uint64_t user_agent_size;

    /*
     * The client's key for retries, or NULL: of one actor, the same key means the same mutation. It
     * applies to calls with GQL_RESOLVER_WRITES. All mutations of one document have it, so a plugin
     * that keeps it keeps it per actor, field and gql_call.response_name, for as long as it says.
     * One that does not keep it ignores it.
     */
    const char *idempotency_key;
    uint64_t idempotency_key_size;
} gql_request;
#define GQL_REQUEST_SIZE_0_2 GQL_SIZE_THROUGH(gql_request, idempotency_key_size)

/*
 * A selected field, as a node of a tree, after fragments were merged and @skip and @include
 * applied. The root is the field that is called; for a loader it stands for the loaded objects. For
 * a field of an interface or union type, the fields of all fragments are merged; a plugin ignores
 * names that it does not know. The tree is constant, and the host may share it between calls.
 */
typedef struct gql_selection gql_selection;
struct gql_selection {
    uint32_t struct_size;
    uint32_t name_size;

    /* The name of the field, not its alias; may be `__typename`. Of the root: may be empty. */
    const char *name;

    /* The first field selected below this one; NULL for a leaf. */
    const gql_selection *children;

    /* The next field beside this one, or NULL. Names are unique among siblings. */
    const gql_selection *next;
};
#define GQL_SELECTION_SIZE_0_2 GQL_SIZE_THROUGH(gql_selection, next)

/*
 * A selected field in the shape of the response, for GQL_CALL_SHAPED: in the order of the document,
 * with one node per response name and type condition. Like the selection, the root is the field
 * that is called, and the tree is constant.
 */
typedef struct gql_shape gql_shape;
struct gql_shape {
    uint32_t struct_size;
    uint32_t name_size;

    /* The name of the field, which may be `__typename`. */
    const char *name;

    /* The alias, or the name of the field. */
    const char *response_name;
    uint32_t response_name_size;

    /* The type that an object must have, or implement, for this field to be in it; NULL: any. */
    uint32_t type_condition_size;
    const char *type_condition;

    const gql_shape *children;
    const gql_shape *next;
};
#define GQL_SHAPE_SIZE_0_2 GQL_SIZE_THROUGH(gql_shape, next)

/*
 * Where the answer is written. Owned by the host; the plugin may use it from the call until the
 * completion, on one thread at a time.
 *
 * `size` may be above 0 when the call begins: the bytes before data[size] are the host's, and stay.
 * The plugin appends: it writes JSON from data[size] on and adds what it wrote to size, which must
 * not exceed capacity. gql_host.reply_grow makes more room and may move data, which is NULL if
 * capacity is 0.
 */
typedef struct gql_reply {
    uint32_t struct_size;
    uint32_t reserved;

    /* Identifies the reply for its completion. Unlike this struct, it may be used too late. */
    uint64_t handle;

    char *data;
    uint64_t size;
    uint64_t capacity;
} gql_reply;
#define GQL_REPLY_SIZE_0_2 GQL_SIZE_THROUGH(gql_reply, capacity)

/*
 * gql_call.flags. The host wants the value in the shape of the response (gql_call.shape), so that
 * its bytes go into the response as they are: members in the order of the shape, under their
 * response names, `__typename` where it is selected. The host merges fields that share a response
 * name: of such nodes beside each other at most one applies to an object, so that the plugin writes
 * each member as it comes. Set only for resolvers with
 * GQL_RESOLVER_SHAPES, and only if the plugin can give the whole value: no field below has a
 * resolver of its own, and of a reference type only `__typename` and `id` are selected.
 */
#define GQL_CALL_SHAPED (1u << 16)

/*
 * A call of a resolver or loader. All of it is owned by the host, constant, and valid until the
 * reply is completed.
 */
typedef struct gql_call {
    uint32_t struct_size;
    uint32_t flags;

    /*
     * A JSON object, coerced by the schema: with defaults, without arguments not given. The plugin
     * applies directives on its inputs, such as @trim, and checks custom scalars, which the host
     * passes as they are.
     */
    const char *arguments;
    uint64_t arguments_size;

    /*
     * A JSON object of the value that has the field: exactly `__typename` and the resolver's
     * required_fields. NULL for fields of the root types. The value may come from another plugin or
     * request: the resolver checks the grants again for what it reads itself.
     */
    const char *parent;
    uint64_t parent_size;

    /*
     * The field itself, with the selection below it as children. The plugin need not compute, and
     * should not write, what is not selected. NULL: the selection is not known, so every field is
     * wanted, and `__typename` only where the declared type is abstract.
     */
    const gql_selection *selection;

    /* NULL: as if nobody were authenticated. */
    const gql_request *request;

    /* With GQL_CALL_SHAPED, in place of the selection; otherwise NULL. */
    const gql_shape *shape;

    /*
     * Of a field of Mutation: its response name, which is its alias or its name. It tells apart the
     * calls of one field in one document, which share an idempotency key. NULL: not known.
     */
    const char *response_name;
    uint64_t response_name_size;
} gql_call;
#define GQL_CALL_SIZE_0_2 GQL_SIZE_THROUGH(gql_call, shape)

/*
 * [call] Serves a field, or loads by reference (gql_loader).
 *
 * The plugin completes the reply exactly once, by gql_host.reply_resolve or reply_reject, before it
 * returns or later, on any thread. It returns GQL_OK if this thread has completed the reply,
 * GQL_PENDING if another thread has completed it or will, or a negative code if the reply was not
 * completed and never will be. After the completion, nothing of `call` and `reply` may be touched.
 *
 * If several things are wrong, the first of these counts: a broken contract (GQL_E_MISUSE), a
 * drained instance, nobody authenticated, cancellation and deadline, arguments, grants, and then
 * what is stored.
 *
 * A result is a complete, valid value of the field's type in the schema: it has every selected
 * non-null field; enum values are strings; an object whose declared type is an interface or a union
 * has `__typename`; an object of a reference type (gql_schema.references) has only `__typename` and
 * `id`. Fields that have a resolver of their own are left out. Members may come in any order,
 * unless the result is shaped.
 */
typedef int32_t (*gql_resolve_fn)(gql_instance *instance, const gql_call *call, gql_reply *reply);

/*
 * gql_error.code: those that plugins and hosts agree on. Others are allowed, in UPPER_CASE.
 */
#define GQL_CODE_UNAUTHORIZED "UNAUTHORIZED"               /* Nobody is authenticated. */
#define GQL_CODE_PERMISSION_DENIED "PERMISSION_DENIED"     /* The grants do not suffice. */
#define GQL_CODE_NOT_FOUND "NOT_FOUND"                     /* Or it may not be read. */
#define GQL_CODE_VALIDATION_ERROR "VALIDATION_ERROR"       /* An argument breaks a rule. */
#define GQL_CODE_CONFLICT "CONFLICT"                       /* Another version is stored. */
#define GQL_CODE_DUPLICATE "DUPLICATE"                     /* It exists already. */
#define GQL_CODE_RATE_LIMITED "RATE_LIMITED"               /* Too many requests; try later. */
#define GQL_CODE_INTERNAL_ERROR "INTERNAL_ERROR"           /* A defect; the log has the cause. */
#define GQL_CODE_SERVICE_UNAVAILABLE "SERVICE_UNAVAILABLE" /* Draining, overload, no storage. */
#define GQL_CODE_CANCELLED "CANCELLED"                     /* gql_request.cancelled was set. */
#define GQL_CODE_DEADLINE_EXCEEDED "DEADLINE_EXCEEDED"     /* gql_request.deadline has passed. */

/*
 * A GraphQL error, for gql_host.reply_reject and reply_error. Borrowed by the host until they
 * return.
 */
typedef struct gql_error {
    uint32_t struct_size;
    uint32_t reserved;

    /* UPPER_CASE. The host adds it to the extensions as `code` if they have none. */
    const char *code;

    const char *message;
    uint64_t message_size;

    /* A JSON object, or NULL. */
    const char *extensions;
    uint64_t extensions_size;

    /*
     * reply_error: where the value is null because of this error, a JSON array of the names and
     * indices that lead there through the value as it is written, such as ["nodes", 3]; NULL or []:
     * the field itself. reply_reject ignores it.
     */
    const char *path;
    uint64_t path_size;
} gql_error;
#define GQL_ERROR_SIZE_0_2 GQL_SIZE_THROUGH(gql_error, path_size)

/* ---- What the host offers ---- */

/* Valid from init until deinit returns, and from create until destroy of that instance returns. */
struct gql_host {
    uint32_t struct_size;

    /* The version that the host was written for. */
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved;

    /* Of the host, for logs. */
    const char *name;
    const char *version;

    /* For the host's own use. */
    void *data;

    /*
     * [completion] Makes room for `more` bytes after `size`; may move `data`. Fails with
     * GQL_E_LIMIT if the reply would exceed the host's limit, GQL_E_NO_MEMORY, GQL_E_STALE_REPLY,
     * or GQL_E_MISUSE if the plugin has written beyond capacity; the reply is then unchanged.
     */
    int32_t (*reply_grow)(const gql_host *host, uint64_t reply, uint64_t more);

    /*
     * [completion] Completes the reply with the value in its buffer. Returns GQL_E_STALE_REPLY if
     * the reply was completed before; the host then counts a misuse and does nothing else.
     */
    int32_t (*reply_resolve)(const gql_host *host, uint64_t reply);

    /*
     * [completion] Completes the reply with an error, and discards what is in its buffer. Otherwise
     * like reply_resolve.
     */
    int32_t (*reply_reject)(const gql_host *host, uint64_t reply, const gql_error *error);

    /*
     * [host] Returns an optional feature of the host by its ID, such as GQL_EXT_LOG, or NULL if the
     * host does not have it. The struct that it points to is valid as long as this one.
     */
    const void *(*extension)(const gql_host *host, const char *id);

    /*
     * [completion] Adds an error to a reply that will be resolved, any number of times, so that a
     * null inside the value is explained. A rejection drops them. Fails like reply_grow;
     * GQL_E_MISUSE also if the error has no code or message, or a path that is not a JSON array.
     */
    int32_t (*reply_error)(const gql_host *host, uint64_t reply, const gql_error *error);
};
#define GQL_HOST_SIZE_0_2 GQL_SIZE_THROUGH(gql_host, reply_error)

/* gql_log.write */
#define GQL_LOG_ERROR 1u
#define GQL_LOG_WARNING 2u
#define GQL_LOG_INFO 3u
#define GQL_LOG_DEBUG 4u

/* Extension of the host: its log. */
#define GQL_EXT_LOG "log/1"
typedef struct gql_log {
    uint32_t struct_size;

    /* The most detailed level that the host keeps; a plugin need not write beyond it. */
    uint32_t level;

    /*
     * [host] Writes one line, without a line break. `trace_id` as in gql_request, or NULL. Both are
     * borrowed until the function returns.
     */
    void (*write)(const gql_host *host, uint32_t level, const char *message, uint64_t message_size,
                  const char *trace_id);
} gql_log;
#define GQL_LOG_SIZE_0_2 GQL_SIZE_THROUGH(gql_log, write)

/*
 * Extension of the host: the wall clock, for hosts that control time in tests. Without it a plugin
 * uses the system's clock.
 */
#define GQL_EXT_CLOCK "clock/1"
typedef struct gql_clock {
    uint32_t struct_size;
    uint32_t reserved;

    /* [host] Returns milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
    int64_t (*unix_milliseconds)(const gql_host *host);
} gql_clock;
#define GQL_CLOCK_SIZE_0_2 GQL_SIZE_THROUGH(gql_clock, unix_milliseconds)

/* ---- What the plugin serves ---- */

/* gql_schema_part.kind */

/*
 * Definitions and extensions owned by the plugin. A host takes all of them. They extend Query and
 * Mutation and do not define them: the host's schema has Query, and has Mutation if it serves
 * mutations of a plugin, if need be with a field of its own.
 */
#define GQL_PART_OWN 1u

/*
 * One definition that the plugin needs and others may define too. A host takes it if it has no
 * definition of that name.
 */
#define GQL_PART_COMMON 2u

/*
 * The whole schema as one subgraph of Apollo Federation 2, in place of the other parts: a host takes
 * either this part alone, or the others without it. It repeats what they define. It does not
 * define `_service`, `_entities`, `_Any` and `_Entity`: the host adds them.
 */
#define GQL_PART_SUBGRAPH 3u

/*
 * A part of the schema, in GraphQL's schema definition language (specification of October 2021,
 * section 3).
 */
typedef struct gql_schema_part {
    uint32_t struct_size;
    uint32_t kind;

    /* GQL_PART_COMMON: what it defines, `PageInfo` or `@trim`. Other kinds: a name for people. */
    const char *name;

    const char *sdl;
    uint64_t sdl_size;
} gql_schema_part;
#define GQL_SCHEMA_PART_SIZE_0_2 GQL_SIZE_THROUGH(gql_schema_part, sdl_size)

/* gql_resolver.flags and gql_loader.flags, a set. */

/* Always completes the reply before it returns, so it never returns GQL_PENDING. */
#define GQL_RESOLVER_INLINE 1u

/* Changes data: the host runs such calls of one document one after the other. */
#define GQL_RESOLVER_WRITES 2u

/* Understands GQL_CALL_SHAPED. */
#define GQL_RESOLVER_SHAPES 4u

/*
 * A field that the plugin serves. Fields of its types without a resolver are members of the
 * enclosing value. The type may be the host's.
 */
typedef struct gql_resolver {
    uint32_t struct_size;
    uint32_t flags;
    const char *type;
    const char *field;
    gql_resolve_fn resolve;

    /*
     * Fields of `type` that gql_call.parent must have: scalars or enums, without arguments and
     * resolvers of their own. The host adds them to what is selected. NULL with a count of 0: none.
     */
    const char *const *required_fields;
    uint32_t required_field_count;
    uint32_t reserved;
} gql_resolver;
#define GQL_RESOLVER_SIZE_0_2 GQL_SIZE_THROUGH(gql_resolver, reserved)

/*
 * A type that the plugin can load by reference: for `node`, `nodes`, `_entities`, and for
 * references from other plugins. The arguments are {"ids": ["…", …]}, and the children of the
 * selection are fields of the type. The result is a list with one member per ID, in the same order:
 * an object of the type, or null if there is none or the actor may not read it.
 */
typedef struct gql_loader {
    uint32_t struct_size;
    uint32_t flags;
    const char *type;
    gql_resolve_fn load;

    /*
     * [any] Whether an ID may belong to this type: 1, or 0 if it can't. Looks at the text alone and
     * does no I/O. The host loads an ID from the one type that claims it; if none does, there is no
     * such object; two claims are an error.
     * NULL: every ID may belong to the type.
     */
    int32_t (*owns)(const char *id, uint64_t id_size);
} gql_loader;
#define GQL_LOADER_SIZE_0_2 GQL_SIZE_THROUGH(gql_loader, owns)

typedef struct gql_schema {
    uint32_t struct_size;
    uint32_t part_count;
    uint32_t resolver_count;
    uint32_t loader_count;
    uint32_t reference_count;
    uint32_t reserved;
    const gql_schema_part *const *parts;
    const gql_resolver *const *resolvers;
    const gql_loader *const *loaders;

    /* Types that the plugin returns with only `__typename` and `id`, for the host to resolve. */
    const char *const *references;
} gql_schema;
#define GQL_SCHEMA_SIZE_0_2 GQL_SIZE_THROUGH(gql_schema, references)

/* ---- The plugin ---- */

/*
 * gql_plugin.flags. The plugin stays in the process once it is loaded, because its language's
 * runtime can't be unloaded. The host never unmaps it; the runtime may leave thread-specific keys,
 * and may run code of its own when the file is loaded.
 */
#define GQL_PLUGIN_RESIDENT (1u << 16)

/* Constant, and valid while the library is loaded. */
typedef struct gql_plugin {
    uint32_t struct_size;

    /* The version that the plugin's source was written for, as literals. */
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t flags;

    const char *id; /* A reverse domain name: `org.example.integrations`. */
    const char *name;
    const char *version; /* Semantic Versioning 2.0.0. */
    const char *description;
    const char *homepage; /* A URL, or NULL. */
    const char *licence;  /* An SPDX expression. */

    const gql_schema *schema;

    /*
     * A JSON Schema (2020-12) of the configuration that create takes. `"format": "path"` marks a
     * string as the path of a file or folder: a host that reads the configuration from a file makes
     * relative paths absolute, from the folder of that file.
     */
    const char *config_schema;
    uint64_t config_schema_size;

    /*
     * [control] Called before anything else of the library. May be called again: each success is
     * matched by one deinit. On a negative code, *failure says why and nothing is left behind.
     */
    int32_t (*init)(const gql_host *host, gql_failure *failure);

    /*
     * [control] Called after every instance is destroyed. The last call leaves no thread, file,
     * lock, memory, thread-specific key or callback behind; see GQL_PLUGIN_RESIDENT for keys.
     */
    void (*deinit)(void);

    /*
     * [control] Creates an instance, which is independent of all others. `config` is a JSON object,
     * borrowed until the return; an unknown key is refused, and the failure names it. Sets
     * *ret_instance only on GQL_OK.
     */
    int32_t (*create)(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure);

    /*
     * [control] From now on each call is rejected at once with SERVICE_UNAVAILABLE. Returns when
     * the replies of the calls before it are completed. May be called again. NULL does nothing.
     */
    void (*drain)(gql_instance *instance);

    /*
     * [control] Called after drain, with no call under way: every call has been completed and has
     * returned. Frees everything that the instance owns. NULL does nothing.
     */
    void (*destroy)(gql_instance *instance);

    /*
     * [any] Returns an optional feature of the plugin by its ID, or NULL if the plugin does not
     * have it. Valid while the library is loaded.
     */
    const void *(*extension)(const char *id);
} gql_plugin;
#define GQL_PLUGIN_SIZE_0_2 GQL_SIZE_THROUGH(gql_plugin, extension)

/* gql_health.check. A host takes an unknown value for the last one. */
#define GQL_HEALTH_OK 0u
#define GQL_HEALTH_DEGRADED 1u /* It serves, but something needs the operator. */
#define GQL_HEALTH_FAILED 2u   /* It rejects every call of a kind, such as every mutation. */

/* Extension of the plugin, a draft that may change: how an instance fares. */
#define GQL_EXT_HEALTH "draft/health/1"
typedef struct gql_health {
    uint32_t struct_size;

    /*
     * [any] From create until destroy is called. Returns GQL_HEALTH_… and writes why to `reason`,
     * for an operator: at most `reason_size` bytes with the NUL, cut if need be; an empty string
     * with GQL_HEALTH_OK. A reason is not shown to clients: it may name files.
     */
    uint32_t (*check)(gql_instance *instance, char *reason, uint64_t reason_size);
} gql_health;
#define GQL_HEALTH_SIZE_0_2 GQL_SIZE_THROUGH(gql_health, check)

/* [host] For gql_events.watch: there may be events that nobody has claimed yet. */
typedef void (*gql_events_more_fn)(void *user);

/*
 * Extension of the plugin, a draft that may change: what was changed, by whom, as numbered events
 * of each organization, to be read or to be delivered to somebody else.
 *
 * Three functions are calls like those of resolvers: they have the same rules for threads, memory,
 * cancellation, errors and drain. Their arguments and results are JSON objects, described below; a
 * `?` stands behind what may be missing or null, and a plugin ignores arguments that it does not
 * know. gql_call.parent, selection and shape are NULL.
 *
 * AN EVENT is an object with `position`, an opaque text of at most 64 bytes that stands for the
 * event's place among those of its organization; `sequence`, which counts them from 1 without gaps;
 * `organizationId`; `time`, RFC 3339 in UTC; `eventType`, in UPPER_CASE; and what else the plugin
 * tells of it, such as `id`, `actorId`, `aggregateType`, `aggregateId` and `data`. If its content
 * was erased, there is only `position`, `sequence`, `organizationId`, `aggregateId`? and
 * `isErased`, which is true.
 */
#define GQL_EXT_EVENTS "draft/events/1"
typedef struct gql_events {
    uint32_t struct_size;
    uint32_t reserved;

    /*
     * [call] Reads events of an organization. The actor needs GQL_ACTION_READ there; of an unknown
     * organization there are no events.
     *
     * { organizationId, entityId?, limit?, after?, before?, backward?, filter? } ->
     * { events, hasMore, position? }
     *
     * `entityId`: only events of that aggregateId. `limit`: 1 to 500, by default 50. `after` and
     * `before` are positions, of which only events strictly between count. `backward`: from the
     * last one on, in falling order; otherwise in rising order. `filter`: { actorId?, eventTypes?,
     * from?, to? }: events with that actor, with one of these types, at or after `from` and before
     * `to`, RFC 3339; none that was erased.
     *
     * A call examines a bounded number of events: there may be fewer than `limit`, even none, and
     * more behind them. With `hasMore`, the next call has `position` as its `after`, or as its
     * `before` if it reads backward.
     */
    gql_resolve_fn read;

    /*
     * [call] Takes events for a consumer: somebody with a name, for whom the plugin keeps, for each
     * organization, up to which event he has acknowledged. An organization's events are leased to
     * one who claims at a time, of all processes with the same storage: others get those of other
     * organizations, or these when the lease has ended. So each event is delivered at least once,
     * in order within its organization. The actor needs GQL_ACTION_READ in every organization that
     * the instance serves: in all (gql_grant.organization_id NULL), or in the one that the instance
     * is bound to; gql_request.organization_id must not name another one.
     *
     * { consumer, limit?, leaseMilliseconds?, since? } -> { batch?, hasMore }
     * batch: { organizationId, lease, events, position }
     *
     * `consumer`: 1 to 64 of the characters A-Z a-z 0-9 . _ -. A new one begins with the first
     * event of each organization. `limit`: 1 to 500, by default 50. `leaseMilliseconds`: from now;
     * 1,000 to 3,600,000, by default 60,000. `since`: events before that time, RFC 3339, are passed
     * over. It should stay the same: a later one passes over what was not delivered yet.
     *
     * The batch is null if nothing was found: with `hasMore`, after a bounded search that the next
     * call continues, otherwise because there is nothing for now. `events` may be empty where
     * events were passed over, such as erased ones: acknowledge `position` all the same.
     */
    gql_resolve_fn claim;

    /*
     * [call] Says up to which event a consumer has taken those of an organization. Needs the same
     * grants as `claim`.
     *
     * { consumer, organizationId, lease, position?, leaseMilliseconds? } -> { }
     *
     * `lease`: from the claim. `position`: that of an event, or of the batch, for all of it; if it
     * is missing, nothing more was taken. `leaseMilliseconds`: keeps the lease for that long,
     * counted from now, as for `claim`; if it is missing, the lease ends, and what comes after the
     * last position can be claimed. A lease may be used beyond its time as long as nobody else has
     * claimed the events; otherwise the call is rejected with CONFLICT, and the new holder gets the
     * events from the last position on that was acknowledged. A position never moves backward.
     */
    gql_resolve_fn acknowledge;

    /*
     * [control] Has `more` called when there may be more to claim: after a change, also of another
     * process if it shares the storage, and when leases may have ended. Signals are coalesced, and
     * may be in vain. `more` NULL: not any more; it is not called after the return, nor after that
     * of drain. One at a time: a second one takes the place of the first.
     */
    void (*watch)(gql_instance *instance, gql_events_more_fn more, void *user);
} gql_events;
#define GQL_EVENTS_SIZE_0_2 GQL_SIZE_THROUGH(gql_events, watch)

/* What a host wants to know of metrics. NULL counts as one that is zero. */
typedef struct gql_metrics_query {
    uint32_t struct_size;

    /*
     * How many organizations may be told apart, in metrics that know them, by the attribute
     * `graphql.organization`: all others are added up under `_OTHER`. 0: they are not told apart.
     */
    uint32_t organizations;
} gql_metrics_query;
#define GQL_METRICS_QUERY_SIZE_0_2 GQL_SIZE_THROUGH(gql_metrics_query, organizations)

/* [host] Takes the metrics, inside of gql_metrics.read alone. `json` is borrowed. */
typedef void (*gql_metrics_fn)(void *user, const char *json, uint64_t json_size);

/*
 * Extension of the plugin, a draft that may change: what it has counted and measured. The host
 * asks when it wants to know. The text is a JSON list of metrics, by the conventions of
 * OpenTelemetry: the names say what is measured, and not in which unit. All members but `worst`
 * are there:
 *
 *   name, unit, description   strings; the unit is in UCUM: `s`, `By`, `{call}`, `1`.
 *   kind                      `counter`: only grows, until the library is unloaded;
 *                             `updowncounter`: a sum, such as of calls under way;
 *                             `gauge`: a state, of which the highest is the worst, unless there is
 *                             the member `worst`, which is then `lowest`;
 *                             `histogram`.
 *   bounds                    histograms: the upper bounds of all buckets but the last, which rise,
 *                             as numbers without an exponent.
 *   points                    a list with one object for each combination of attributes that
 *                             occurred: `attributes`, an object of strings, and `value`; in place
 *                             of that, histograms have `count`, `sum` and `buckets`, the number of
 *                             values in each, which is above the bound before it.
 *
 * A host that adds up several instances takes the worst of a gauge, and the sum of all else.
 */
#define GQL_EXT_METRICS "draft/metrics/1"
typedef struct gql_metrics {
    uint32_t struct_size;
    uint32_t reserved;

    /*
     * [any] With `instance` NULL, from init until deinit: what is counted for all instances of the
     * process. Otherwise from create until destroy is called: how that instance is. No metric is in
     * both. May look at files, but waits for none. Calls `take` once, on this thread, and returns
     * GQL_OK; or returns GQL_E_NO_MEMORY, or GQL_E_MISUSE.
     */
    int32_t (*read)(gql_instance *instance, const gql_metrics_query *query, gql_metrics_fn take,
                    void *user);
} gql_metrics;
#define GQL_METRICS_SIZE_0_2 GQL_SIZE_THROUGH(gql_metrics, read)

/*
 * [any] The exported function. Takes the host's version and returns the plugin's struct, or NULL if
 * the plugin does not support that host. May be called before init; always returns the same
 * pointer.
 */
typedef const gql_plugin *(*gql_plugin_entry_fn)(uint32_t host_abi_major, uint32_t host_abi_minor);

#if defined(__GNUC__)
#define GQL_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define GQL_PLUGIN_EXPORT
#endif

/* For the plugin's source, so that the compiler checks the type of what it exports. */
GQL_PLUGIN_EXPORT const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major,
                                                        uint32_t host_abi_minor);

#ifdef __cplusplus
}
#endif

#endif
