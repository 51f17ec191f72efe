// SPDX-License-Identifier: MIT
/*
 * gql_host.h - a small library that implements the host's side of gql_plugin.h: it finds plugins in
 * a folder, loads and validates them, binds their schema to the host's, calls them, and unloads
 * them.
 *
 * Objects have a pair of functions, create/destroy or open/close; the second of each takes a
 * pointer to the pointer, sets it to NULL, and does nothing for NULL. Functions that can fail
 * return GQL_OK or a negative GQL_E_ code, and write why to the caller's gql_failure (may be NULL).
 * `ret_` parameters are set only on GQL_OK. Unless a comment says otherwise, a function may be
 * called on any thread, but only by one thread at a time on one object.
 */
#ifndef GQL_HOST_H
#define GQL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "gql_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Runtime: implements gql_host, above all its replies ---- */

typedef struct gql_runtime gql_runtime;

/* How a plugin broke the contract. The runtime survives it, counts it and calls on_misuse. */
typedef enum gql_misuse {
    /* Completed or grew a reply that was completed before, or never existed. */
    GQL_MISUSE_STALE_REPLY,

    /* Wrote beyond the buffer's capacity, or changed members of the reply other than size. */
    GQL_MISUSE_OVERRUN,

    /* Returned GQL_OK without completing the reply. */
    GQL_MISUSE_NOT_COMPLETED,

    /* Returned an unknown positive code, or one other than GQL_OK after completing inline. */
    GQL_MISUSE_RETURN_CODE,

    /* Gave no error, one without code or message, or one with a path that is not a JSON array. */
    GQL_MISUSE_BAD_ERROR,

    /* Used one reply on two threads at the same time. */
    GQL_MISUSE_CONCURRENT,

    /* Wrote to a reply after its completion; see gql_runtime_options.quarantine. */
    GQL_MISUSE_LATE_WRITE,

    GQL_MISUSE_COUNT
} gql_misuse;

/* A short name, such as "stale-reply". Static. */
const char *gql_misuse_name(gql_misuse misuse);

typedef struct gql_runtime_options {
    /* Of the host. Both are copied. */
    const char *name;
    const char *version;

    /* Passed to the functions below. They are called on any thread, and each may be NULL. */
    void *user;

    void (*log)(void *user, uint32_t level, const char *message, size_t size, const char *trace_id);
    uint32_t log_level; /* GQL_LOG_…; 0: GQL_LOG_INFO. */

    /* NULL: plugins use the system's clock; the clock extension is not offered. */
    int64_t (*unix_milliseconds)(void *user);

    void (*on_misuse)(void *user, gql_misuse misuse);

    /* The largest reply in bytes; 0: 16 MiB. */
    size_t reply_limit;

    /*
     * For tests, to find writes after the completion: the number of released replies that are kept
     * from reuse, filled with a pattern. 0: only replies of calls that broke the contract are kept.
     */
    size_t quarantine;

    /*
     * For tests: what each reply holds when its call begins (gql_reply.size is above 0 then). The
     * plugin must leave it alone; answers do not contain it. NULL: nothing. Copied.
     */
    const char *reply_prefix;
} gql_runtime_options;

int32_t gql_runtime_create(const gql_runtime_options *options, gql_runtime **ret_runtime,
                           gql_failure *failure);

/* Before it, all calls must be completed, all answers released and all libraries closed. */
void gql_runtime_destroy(gql_runtime **runtime);

/* The struct that plugins get. Valid as long as the runtime. */
const gql_host *gql_runtime_host(const gql_runtime *runtime);

/* How often plugins broke the contract in this way. Any thread. */
uint64_t gql_runtime_misuses(const gql_runtime *runtime, gql_misuse misuse);

/* The number of calls under way: not completed, or not returned from the plugin. Any thread. */
uint64_t gql_runtime_pending(const gql_runtime *runtime);

/* ---- Libraries and instances ---- */

typedef struct gql_library gql_library;

/*
 * Lists the files of a folder that look like plugins (`*.so`), as paths that start with `folder`,
 * sorted by name. *ret_paths is one allocation, which the caller frees. An unreadable folder is a
 * failure; an empty one is not.
 */
int32_t gql_find_plugins(const char *folder, char ***ret_paths, size_t *ret_count,
                         gql_failure *failure);

/*
 * Loads a file, validates it (an ELF file for this machine, the entry symbol, the version, every
 * struct, every required member and string) and calls init. The failure names the file and says
 * what is wrong. A file with damaged headers, symbols or relocations is refused before the loader,
 * which would crash, sees it; damage within the code or data can't be seen.
 */
int32_t gql_library_open(gql_runtime *runtime, const char *path, gql_library **ret_library,
                         gql_failure *failure);

/*
 * Calls deinit. All instances must be destroyed before. With `unload` the code is unmapped too;
 * without it, the code stays mapped until the process ends, so that a thread that a plugin has left
 * behind does not crash. The code of a resident plugin (GQL_PLUGIN_RESIDENT) always stays.
 */
void gql_library_close(gql_library **library, bool unload);

const gql_plugin *gql_library_plugin(const gql_library *library);
const char *gql_library_path(const gql_library *library);

/* `config` is a JSON object. Any thread, any number at the same time. */
int32_t gql_instance_create(gql_library *library, const char *config, size_t config_size,
                            gql_instance **ret_instance, gql_failure *failure);

/*
 * How an instance fares: GQL_HEALTH_…, with why in `reason`, which is not empty unless it is
 * GQL_HEALTH_OK. A plugin that does not say (GQL_EXT_HEALTH) is taken to be well. Any thread, until
 * the instance is destroyed.
 */
uint32_t gql_instance_health(const gql_library *library, gql_instance *instance, char *reason,
                             size_t reason_size);

/* Waits until all calls are completed. The plugin rejects later calls with SERVICE_UNAVAILABLE. */
void gql_instance_drain(gql_library *library, gql_instance *instance);

/* Drains, waits until no call is under way, and destroys. Not from inside a call. */
void gql_instance_destroy(gql_library *library, gql_instance **instance);

/* ---- Calls ---- */

/* The result of a call. Owned by the receiver until gql_answer_release; then it is reused. */
typedef struct gql_answer {
    bool resolved;

    /* If resolved: the value. json_size does not count the NUL that follows it. */
    const char *json;
    size_t json_size;

    /*
     * If resolved: the errors that the plugin added, as a JSON array of objects with `message`,
     * `path`, `extensions` (which has a `code`); "[]" if none.
     */
    const char *errors;
    size_t errors_size;

    /* If rejected: the members of the gql_error. */
    const char *code; /* NUL-terminated, never NULL. */
    const char *message;
    size_t message_size;
    const char *extensions; /* A JSON object; "{}" if the error has none. */
    size_t extensions_size;

    /* As passed to gql_runtime_call. */
    void *user;
} gql_answer;

/*
 * Called exactly once for each call, inside gql_runtime_call or later on a thread of the plugin.
 * Must not block.
 */
typedef void (*gql_answer_fn)(gql_answer *answer);

/*
 * Calls a resolver or loader. Any thread, any number at the same time. Returns GQL_OK if this
 * thread has called `on_answer` before the return, GQL_PENDING otherwise. `call` and what it points
 * to must stay valid and constant until on_answer is called. If the plugin breaks the contract, the
 * answer has the code INTERNAL_ERROR. Returns a negative code only if neither the plugin nor
 * on_answer was called: GQL_E_MISUSE (a NULL), GQL_E_NO_MEMORY, or GQL_E_LIMIT (more than a million
 * calls under way).
 */
int32_t gql_runtime_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                         const gql_call *call, gql_answer_fn on_answer, void *user);

/* Any thread. NULL does nothing. */
void gql_answer_release(gql_answer *answer);

/*
 * Parses a selection in GraphQL notation, reduced to names and braces:
 * `edges { node { id title } } pageInfo { endCursor }`. *ret_selection is a node without a name
 * that has these fields as children, for use as gql_call.selection. gql_selection_destroy frees it.
 * At most 64 levels of braces, and 4 GiB of text. Fails with GQL_E_MISUSE for other text.
 */
int32_t gql_selection_parse(const char *text, size_t size, gql_selection **ret_selection,
                            gql_failure *failure);
void gql_selection_destroy(gql_selection **selection);

/*
 * Finds the type that an ID belongs to, by gql_loader.owns of all plugins' loaders. *ret_loader is
 * NULL if none claims the ID. Fails with GQL_E_MISUSE if several do; the failure names them. Any
 * thread. *ret_plugin may be NULL.
 */
int32_t gql_find_loader(const gql_plugin *const *plugins, size_t plugin_count, const char *id,
                        size_t id_size, const gql_plugin **ret_plugin,
                        const gql_loader **ret_loader, gql_failure *failure);

/* ---- Schema ---- */

/* A parsed schema document: what binding and gql_value_check need of it. */
typedef struct gql_schema_document gql_schema_document;

/*
 * Fails with GQL_E_CONFIG, and the line, if the text is not SDL. Values and the lists of a type may
 * have 64 levels.
 */
int32_t gql_schema_document_parse(const char *sdl, size_t size, gql_schema_document **ret_document,
                                  gql_failure *failure);
void gql_schema_document_destroy(gql_schema_document **document);

/*
 * The type of a field of an object or interface in SDL, such as `IntegrationConnection!`, for
 * gql_value_check. NULL if there is no such field. Valid as long as the document. Any thread.
 */
const char *gql_schema_document_field_type(const gql_schema_document *document, const char *type,
                                           const char *field);

/* Where a conflict lies: in the SDL, or in one of the plugin's tables beside it. */
typedef enum gql_conflict_kind {
    GQL_CONFLICT_SDL,
    GQL_CONFLICT_RESOLVER,
    GQL_CONFLICT_LOADER,
    GQL_CONFLICT_REFERENCE,
} gql_conflict_kind;

/* The result of binding a plugin's schema to a host's. */
typedef struct gql_binding {
    /*
     * What the host adds to its schema: the own parts, and the common parts that are missing in the
     * host. NUL-terminated.
     */
    char *sdl;
    size_t sdl_size;

    /* One sentence each, which names both sides. If there are any, the plugin must be refused. */
    char **conflicts;
    size_t conflict_count;
    gql_conflict_kind *conflict_kinds; /* One for each conflict. */
} gql_binding;

/*
 * Compares the plugin's parts, resolvers, loaders and references with the host's schema. Lists all
 * conflicts, not only the first: a type or field that is defined twice; a field that is missing in
 * a common type of the host, or has another type there; a missing field of an interface; an unknown
 * type; a resolver without a field, or that requires a field that its type does not have; a field
 * of Query or Mutation without a resolver. To bind several plugins, append the sdl of each to the
 * host's schema before binding the next.
 */
int32_t gql_bind(const gql_plugin *plugin, const char *host_sdl, size_t host_sdl_size,
                 gql_binding **ret_binding, gql_failure *failure);
void gql_binding_destroy(gql_binding **binding);

/*
 * Checks a value that a plugin returned for a field: it must be JSON of the type, have all selected
 * fields (selection NULL: all fields) and no unknown members, and `__typename` where the declared
 * type is an interface or a union. `document` is the merged schema; `type` is in SDL, such as
 * `IntegrationConnection!`. `plugin_schema` may be NULL; if given, objects of its reference types
 * must have only `__typename` and `id`, and fields with resolvers of their own may be missing. The
 * failure names the path in the value. Any thread, any number at the same time.
 *
 * GQL_E_MISUSE: the value does not match; GQL_E_NO_MEMORY says nothing about it. JSON is read
 * strictly: UTF-8 without lone surrogates, no name twice in an object, at most 512 levels.
 */
int32_t gql_value_check(const gql_schema_document *document, const gql_schema *plugin_schema,
                        const char *type, const gql_selection *selection, const char *json,
                        size_t json_size, gql_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
