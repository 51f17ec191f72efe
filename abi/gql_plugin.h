// SPDX-License-Identifier: MIT
/*
 * gql_plugin.h - the contract between a GraphQL gateway (the host) and a plugin, a shared object
 * that serves part of the gateway's schema. This header is the specification; README.md beside it
 * is the book.
 *
 * RULES THAT HOLD EVERYWHERE
 *
 * Text      is UTF-8. A `const char *` with a `_size` beside it is that many bytes and need not end
 *           in NUL; one without is NUL-terminated.
 * JSON      is RFC 8259 text.
 * Sizes     are in bytes. Times are nanoseconds of CLOCK_MONOTONIC unless a name says otherwise.
 * Structs   that cross begin with `struct_size`, which their writer sets to sizeof. They grow at
 *           the end only. A reader compares `struct_size` with the end of a member (GQL_HAS) before
 *           it reads that member; where it is missing, a number is 0, a pointer NULL, and a
 *           function "not offered". Arrays are arrays of pointers, so that an element can grow too.
 *           Members called `reserved` are 0.
 * Memory    that one side allocates is never freed by the other.
 * Returns   are GQL_OK, GQL_PENDING or a negative GQL_E_ code. A negative code of a call means that
 *           the ABI was misused or the process is out of memory; an error of GraphQL is data: see
 *           gql_error.
 *
 * THREAD TAGS. Every function carries one of:
 *
 * [control]     The host calls, on any thread, never twice at the same time on one object (the
 *               library for init and deinit, the instance for drain and destroy; every create has
 *               an object of its own), and never from inside a [call], [completion] or [host]
 *               function. May block.
 * [call]        The host calls, on any thread, any number at the same time. Takes no longer than a
 *               few short reads of storage: it never waits for a write, a network or another call.
 * [completion]  The plugin calls, on any thread, from inside its [call] function or later. Does not
 *               block, and does not call into the plugin.
 * [host]        The plugin calls, on any thread, at any time from init or create until the matching
 *               deinit or destroy returns. Does not block, and does not call into the plugin.
 * [any]         The host calls, on any thread, at any time while the library is loaded. Does not
 *               block.
 *
 * FORKS. A process that was forked has none of the plugin's threads, and shares its files with the
 * other: it must not
 *        use the instances of before, not even to drain or destroy them. It creates its own.
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
 * The version of this header. Before 1.0 a minor version may break; a host takes plugins of its own
 * major and minor version. From 1.0 a host takes plugins of its major version.
 *
 * A plugin writes the version that it was written for as a literal of its own source, never these
 * names: otherwise a mere rebuild against a newer header would claim what the code does not do.
 */
#define GQL_ABI_MAJOR 0u
#define GQL_ABI_MINOR 1u

/*
 * The one symbol that a plugin exports: a function of type gql_plugin_entry_fn. The name holds the
 * major version.
 */
#define GQL_PLUGIN_ENTRY_SYMBOL "gql_plugin_entry_v0"

/* True if `struct_size` of *object covers `member`. */
#define GQL_HAS(object, member)                                             \
    ((uint64_t)(object)->struct_size >=                                     \
     (uint64_t)((const char *)&(object)->member - (const char *)(object)) + \
         (uint64_t)sizeof((object)->member))

/* Returned by functions. */
#define GQL_OK 0 /* Done. */
/* Only from gql_resolve_fn: the reply is or will be completed apart from the return. */
#define GQL_PENDING 1
/* The callee was used against the contract: a NULL, a call after drain, … */
#define GQL_E_MISUSE (-1)
#define GQL_E_NO_MEMORY (-2) /* Memory could not be had. */
/* The reply was completed before, or never existed; nothing was done. */
#define GQL_E_STALE_REPLY (-3)
#define GQL_E_VERSION (-4)     /* The other side's version can't be worked with. */
#define GQL_E_CONFIG (-5)      /* The configuration was refused. */
#define GQL_E_UNAVAILABLE (-6) /* Something outside can't be used: a file, a database, a key. */
/* A limit of the callee was exceeded: a reply too large, too many instances, … */
#define GQL_E_LIMIT (-7)

typedef struct gql_host gql_host;
/* The plugin's own; the host only carries the pointer. */
typedef struct gql_instance gql_instance;

/* ---- Failures of loading and creating ---- */

/*
 * Why init or create failed. The caller supplies it, zeroed but for struct_size; the callee writes
 * into it only where it returns a negative code.
 */
typedef struct gql_failure {
    uint32_t struct_size;
    int32_t code; /* The GQL_E_ code that is returned. */
    /* For the operator: the cause and the cure. NUL-terminated; cut off between characters. */
    char message[1016];
} gql_failure;

/* ---- A call: what a resolver is given ---- */

/* gql_grant.actions, a set. */
#define GQL_ACTION_READ 1u
#define GQL_ACTION_CREATE 2u
#define GQL_ACTION_UPDATE 4u
#define GQL_ACTION_DELETE 8u

/*
 * What the actor may do with the plugin's entities in one organization, or in all. Grants add up.
 */
typedef struct gql_grant {
    uint32_t struct_size;
    uint32_t actions;
    const char *organization_id; /* NULL: every organization. */
    uint64_t organization_id_size;
} gql_grant;

/*
 * gql_request.source: where the request came from. A plugin takes a number that it does not know
 * for 0.
 */
#define GQL_SOURCE_UNKNOWN 0u
#define GQL_SOURCE_HTTP 1u
#define GQL_SOURCE_WEBSOCKET 2u
#define GQL_SOURCE_INTERNAL 3u /* The gateway itself: a job, a warm-up, a test. */

/*
 * Who asks, and under which conditions. The host has authenticated; the plugin enforces. Valid
 * until the completion.
 */
typedef struct gql_request {
    uint32_t struct_size;
    uint32_t source;
    const char *actor_id; /* NULL: nobody is authenticated. */
    uint64_t actor_id_size;
    const gql_grant *const *grants;
    uint32_t grant_count;
    uint32_t reserved;
    /* 32 lower-case hexadecimal digits (W3C Trace Context, trace-id), or NULL. */
    const char *trace_id;
    const char *locale; /* BCP 47 language tag that the client prefers, or NULL. */
    /* URI reference of this occurrence (RFC 9457, section 3.1.5), or NULL. */
    const char *instance;
    /* CLOCK_MONOTONIC, nanoseconds; past it nobody waits for the answer. 0: none. */
    uint64_t deadline;
    /*
     * Cancellation: the host stores 1 atomically when nobody waits any more; the plugin may load it
     * atomically, at any time until the completion. NULL: can't be cancelled. A cancelled call is
     * still completed.
     */
    const uint32_t *cancelled;
} gql_request;

/*
 * One selected field, after fragments were merged and @skip and @include applied: a tree by
 * pointers. For a field of an interface or a union, the fields of all fragments are merged; a
 * plugin passes over names that it does not know. The host may share one tree among calls; it is
 * constant.
 */
typedef struct gql_selection gql_selection;
struct gql_selection {
    uint32_t struct_size;
    uint32_t name_size;
    /* The name of the field, not its alias; `__typename` may be among them. */
    const char *name;
    /* The first field selected below this one; NULL for a leaf. */
    const gql_selection *children;
    /* The next field beside this one, or NULL. A name comes once among its siblings. */
    const gql_selection *next;
};

/*
 * Where the answer goes. Belongs to the host; the plugin may use it from the call until it
 * completes it.
 *
 * The answer is written as JSON at data[size], size is advanced, and at most capacity bytes are
 * written: for more room call gql_host.reply_grow, which may move data. Only one thread at a time
 * may use it.
 */
typedef struct gql_reply {
    uint32_t struct_size;
    uint32_t reserved;
    /* What completes it. Unlike this struct it may be used late: the host then drops the call. */
    uint64_t handle;
    char *data;
    uint64_t size;
    uint64_t capacity;
} gql_reply;

/*
 * One call of one resolver. All of it is the host's, and constant and valid until the reply is
 * completed.
 */
typedef struct gql_call {
    uint32_t struct_size;
    uint32_t reserved;
    /* JSON object, coerced by the schema: defaults filled in, what was not given is absent. */
    const char *arguments;
    uint64_t arguments_size;
    /* JSON of the value that holds the field; NULL for fields of Query and Mutation. */
    const char *parent;
    uint64_t parent_size;
    /*
     * The field itself, with what is selected below it as children; NULL: the host does not know,
     * everything is wanted. What is not selected need not be computed and should not be written.
     */
    const gql_selection *selection;
    const gql_request *request;
} gql_call;

/*
 * [call] Serves a field, or loads by reference (gql_loader).
 *
 * The plugin completes the reply exactly once, by gql_host.reply_resolve or reply_reject, before it
 * returns or later, on any thread. It returns GQL_OK where the reply is completed by then;
 * GQL_PENDING where it is, or will be, completed by another thread; or a negative code, where it
 * neither completed the reply nor ever will. After the completion nothing of `call` and `reply` may
 * be touched.
 *
 * A result is a complete, valid value of the field's type as the schema says: every non-null
 * selected field is there; enums are strings of their names; an object whose declared type is an
 * interface or a union holds `__typename`; an object of a reference type (gql_schema.references)
 * holds just `__typename` and `id`.
 */
typedef int32_t (*gql_resolve_fn)(gql_instance *instance, const gql_call *call, gql_reply *reply);

/* An error of GraphQL, for gql_host.reply_reject. Borrowed by the host until that returns. */
typedef struct gql_error {
    uint32_t struct_size;
    uint32_t reserved;
    /* UPPER_CASE; the host puts it into the extensions as `code` where they have none. */
    const char *code;
    const char *message;
    uint64_t message_size;
    const char *extensions; /* JSON object, or NULL. */
    uint64_t extensions_size;
} gql_error;

/* ---- What the host offers ---- */

/* Valid from init until deinit returns, and from create until destroy of that instance returns. */
struct gql_host {
    uint32_t struct_size;
    uint32_t abi_major; /* The version that the host was written for. */
    uint32_t abi_minor;
    uint32_t reserved;
    const char *name; /* Of the host, for logs. */
    const char *version;
    void *data; /* The host's own. */

    /*
     * [completion] Makes room for `more` bytes after size, and moves data if need be. GQL_E_LIMIT
     * beyond the host's limit of a reply, GQL_E_NO_MEMORY, GQL_E_STALE_REPLY; in each case the
     * reply is as it was.
     */
    int32_t (*reply_grow)(const gql_host *host, uint64_t reply, uint64_t more);

    /*
     * [completion] Completes with the value in the reply's buffer. GQL_E_STALE_REPLY if it was
     * completed before: the host counts that as the plugin's fault, and drops it.
     */
    int32_t (*reply_resolve)(const gql_host *host, uint64_t reply);

    /*
     * [completion] Completes with an error; what was written into the buffer is dropped. Else as
     * reply_resolve.
     */
    int32_t (*reply_reject)(const gql_host *host, uint64_t reply, const gql_error *error);

    /*
     * [host] An optional feature of the host by its id, as GQL_EXT_LOG, or NULL if it has none. The
     * struct behind it is valid as long as this one.
     */
    const void *(*extension)(const gql_host *host, const char *id);
};

/* gql_log.write */
#define GQL_LOG_ERROR 1u
#define GQL_LOG_WARNING 2u
#define GQL_LOG_INFO 3u
#define GQL_LOG_DEBUG 4u

/* Extension of the host: its log. */
#define GQL_EXT_LOG "log/1"
typedef struct gql_log {
    uint32_t struct_size;
    /* The most detailed level that the host keeps; what is beyond need not be written. */
    uint32_t level;
    /*
     * [host] One line, no line break. `trace_id` as in gql_request, or NULL. Borrowed until it
     * returns.
     */
    void (*write)(const gql_host *host, uint32_t level, const char *message, uint64_t message_size,
                  const char *trace_id);
} gql_log;

/*
 * Extension of the host: the wall clock, for hosts that rule time in tests. A plugin uses the
 * system's without it.
 */
#define GQL_EXT_CLOCK "clock/1"
typedef struct gql_clock {
    uint32_t struct_size;
    uint32_t reserved;
    /* [host] Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
    int64_t (*unix_milliseconds)(const gql_host *host);
} gql_clock;

/* ---- What the plugin serves ---- */

/* gql_schema_part.kind */
/* Definitions and extensions that the plugin owns: a host takes all of them. */
#define GQL_PART_OWN 1u
/* One definition that the plugin leans on, and lends to a host that has none of its name. */
#define GQL_PART_COMMON 2u
/* The whole as one subgraph of Apollo Federation 2, in place of the other parts. */
#define GQL_PART_SUBGRAPH 3u

/*
 * A part of the schema, in GraphQL's schema definition language (specification of October 2021,
 * section 3).
 */
typedef struct gql_schema_part {
    uint32_t struct_size;
    uint32_t kind;
    /* Of GQL_PART_COMMON: what it defines, as `PageInfo` or `@trim`; else for people. */
    const char *name;
    const char *sdl;
    uint64_t sdl_size;
} gql_schema_part;

/* gql_resolver.flags and gql_loader.flags, a set. */
/* Always completes before it returns. Without: may return GQL_PENDING. */
#define GQL_RESOLVER_INLINE 1u
/* Changes something: calls of one document run one after the other. */
#define GQL_RESOLVER_WRITES 2u

/*
 * A field that the plugin serves. Fields of its types without a resolver are members of the value
 * above them.
 */
typedef struct gql_resolver {
    uint32_t struct_size;
    uint32_t flags;
    const char *type;
    const char *field;
    gql_resolve_fn resolve;
} gql_resolver;

/*
 * A type that the plugin can load by reference: for `node`, `nodes`, `_entities`, and references
 * from other plugins. The arguments are {"ids": ["…", …]}; the result is a list of as many members
 * in the same order, each an object of the type with what the selection asks for (its children are
 * fields of the type), or null where there is none or it may not be read.
 */
typedef struct gql_loader {
    uint32_t struct_size;
    uint32_t flags;
    const char *type;
    gql_resolve_fn load;
} gql_loader;

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
    /* Types that it returns by `__typename` and `id` only, for the host to resolve. */
    const char *const *references;
} gql_schema;

/* ---- The plugin ---- */

/* Constant, and valid while the library is loaded. */
typedef struct gql_plugin {
    uint32_t struct_size;
    uint32_t abi_major; /* What the plugin's source was written for, as literals. */
    uint32_t abi_minor;
    uint32_t reserved;

    const char *id; /* Reverse domain name: `org.example.integrations`. */
    const char *name;
    const char *version; /* Semantic Versioning 2.0.0. */
    const char *description;
    const char *homepage; /* URL, or NULL. */
    const char *licence;  /* SPDX expression. */

    const gql_schema *schema;

    const char *config_schema; /* JSON Schema (2020-12) of what create takes. */
    uint64_t config_schema_size;

    /*
     * [control] Before anything else of the library. May come again: each success is matched by one
     * deinit. On a negative code *failure says why, and nothing is left behind.
     */
    int32_t (*init)(const gql_host *host, gql_failure *failure);

    /*
     * [control] After every instance is destroyed. The last one leaves no thread, file, lock,
     * memory or callback.
     */
    void (*deinit)(void);

    /*
     * [control] Makes an instance, independent of every other. `config` is JSON (an object) and
     * borrowed until the return; an unknown key is refused and named. Sets *ret_instance only on
     * GQL_OK.
     */
    int32_t (*create)(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure);

    /*
     * [control] From now on each call is rejected at once (SERVICE_UNAVAILABLE); returns when those
     * under way are completed. May be called again.
     */
    void (*drain)(gql_instance *instance);

    /*
     * [control] After drain, with no call under way. Afterwards nothing of the instance is left.
     * NULL does nothing.
     */
    void (*destroy)(gql_instance *instance);

    /*
     * [any] An optional feature of the plugin by its id, or NULL if it has none. Valid while the
     * library is loaded.
     */
    const void *(*extension)(const char *id);
} gql_plugin;

/*
 * [any] The exported function. Takes the host's version and returns the plugin's struct, or NULL if
 * the plugin knows that it can't work with that host. Needs no init before it; always returns the
 * same pointer.
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
