// SPDX-License-Identifier: MIT
/*
 * gql_host.h - the host's side of gql_plugin.h as a small library, so that a host does not start
 * from nothing: find plugins in a folder, load and check them, bind their schema to the host's,
 * call them, unload them.
 *
 * Objects come in pairs create/destroy or open/close; the second takes a pointer to the pointer,
 * sets it to NULL, and does nothing for NULL. Functions that can fail return GQL_OK or a negative
 * GQL_E_ code and write why into a gql_failure of the caller's (may be NULL). `ret_` parameters are
 * set only on GQL_OK. Unless said otherwise a function may be called on any thread, but on one
 * object by one thread at a time.
 */
#ifndef GQL_HOST_H
#define GQL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "gql_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Runtime: implements gql_host, the replies above all ---- */

typedef struct gql_runtime gql_runtime;

/*
 * What a plugin did against the contract. The runtime survives each, counts it and tells on_misuse.
 */
typedef enum gql_misuse {
    /* Completed or grew a reply that was completed before, or never existed. */
    GQL_MISUSE_STALE_REPLY,
    /* Wrote beyond the buffer's capacity, or moved the reply's members wildly. */
    GQL_MISUSE_OVERRUN,
    GQL_MISUSE_NOT_COMPLETED, /* Returned GQL_OK without having completed. */
    /* Returned an unknown code, or another than GQL_OK although it completed inline. */
    GQL_MISUSE_RETURN_CODE,
    /* Rejected without an error, or with one that lacks its code or message. */
    GQL_MISUSE_BAD_ERROR,
    GQL_MISUSE_CONCURRENT, /* Used one reply on two threads at the same time. */
    /* Wrote into a reply after its completion; see gql_runtime_options.quarantine. */
    GQL_MISUSE_LATE_WRITE,
    GQL_MISUSE_COUNT
} gql_misuse;

/* A short name such as "stale-reply". Static. */
const char *gql_misuse_name(gql_misuse misuse);

typedef struct gql_runtime_options {
    const char *name;    /* Of the host; copied. */
    const char *version; /* Copied. */
    /* Passed to the functions below. Any thread calls them; each may be NULL. */
    void *user;
    void (*log)(void *user, uint32_t level, const char *message, size_t size, const char *trace_id);
    uint32_t log_level; /* GQL_LOG_…; 0: GQL_LOG_INFO. */
    /* NULL: the system's clock, and no clock extension. */
    int64_t (*unix_milliseconds)(void *user);
    void (*on_misuse)(void *user, gql_misuse misuse);
    size_t reply_limit; /* Largest reply in bytes; 0: 16 MiB. */
    /*
     * For tests: a released reply is filled with a pattern and set aside until so many others were
     * released, to find writes after the completion. 0: only replies of calls that broke the
     * contract are set aside.
     */
    size_t quarantine;
} gql_runtime_options;

int32_t gql_runtime_create(const gql_runtime_options *options, gql_runtime **ret_runtime,
                           gql_failure *failure);

/* All calls must be completed, all answers released, all libraries closed. */
void gql_runtime_destroy(gql_runtime **runtime);

/* What plugins are given. Valid as long as the runtime. */
const gql_host *gql_runtime_host(const gql_runtime *runtime);

/* Any thread. How often plugins misbehaved so. */
uint64_t gql_runtime_misuses(const gql_runtime *runtime, gql_misuse misuse);

/* Any thread. Calls under way. */
uint64_t gql_runtime_pending(const gql_runtime *runtime);

/* ---- Libraries and instances ---- */

typedef struct gql_library gql_library;

/*
 * The files of a folder that look like plugins (`*.so`), as full paths in the order of their names;
 * *ret_paths is one allocation that the caller frees. An unreadable folder is a failure; an empty
 * one is not.
 */
int32_t gql_find_plugins(const char *folder, char ***ret_paths, size_t *ret_count,
                         gql_failure *failure);

/*
 * Loads a file, checks it (an ELF file for this machine, the entry symbol, the version, every
 * struct, every required member and string) and calls init. The failure names the file and the
 * reason.
 */
int32_t gql_library_open(gql_runtime *runtime, const char *path, gql_library **ret_library,
                         gql_failure *failure);

/*
 * Calls deinit. With `unload` the code is unmapped too; without, it stays until the process ends,
 * so that a straggling thread of a faulty plugin does not run into nothing. All instances must be
 * destroyed.
 */
void gql_library_close(gql_library **library, bool unload);

const gql_plugin *gql_library_plugin(const gql_library *library);
const char *gql_library_path(const gql_library *library);

/* `config` is a JSON object. May be called on several threads at once. */
int32_t gql_instance_create(gql_library *library, const char *config, size_t config_size,
                            gql_instance **ret_instance, gql_failure *failure);

/* Drains, and waits. Calls from then on are answered with SERVICE_UNAVAILABLE by the plugin. */
void gql_instance_drain(gql_library *library, gql_instance *instance);

/* Drains if that was not done, and destroys. */
void gql_instance_destroy(gql_library *library, gql_instance **instance);

/* ---- Calls ---- */

/*
 * What a call came to. Belongs to the receiver until gql_answer_release; its buffers are used again
 * afterwards.
 */
typedef struct gql_answer {
    bool resolved;
    /* resolved: the value, with a NUL behind it that json_size does not count. */
    const char *json;
    size_t json_size;
    const char *code; /* rejected: as in gql_error, NUL-terminated, never NULL. */
    const char *message;
    size_t message_size;
    const char *extensions; /* JSON object, "{}" if there were none. */
    size_t extensions_size;
    void *user; /* Of the call. */
} gql_answer;

/*
 * Called exactly once for each call, inside gql_runtime_call or later on a thread of the plugin's;
 * must not block.
 */
typedef void (*gql_answer_fn)(gql_answer *answer);

/*
 * Any thread, any number at once. Calls a resolver or loader. Returns GQL_OK where `on_answer` was
 * called before the return, on this thread, else GQL_PENDING. `call` and what it points to must
 * stay valid and constant until on_answer is called. A plugin that breaks the contract gives an
 * answer with the code INTERNAL_ERROR. Only where nothing was called, on_answer included, is the
 * return negative: GQL_E_MISUSE (a NULL), GQL_E_NO_MEMORY, or GQL_E_LIMIT (more than a million
 * calls under way).
 */
int32_t gql_runtime_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                         const gql_call *call, gql_answer_fn on_answer, void *user);

/* Any thread. */
void gql_answer_release(gql_answer *answer);

/*
 * Reads selections written as in GraphQL, names and braces only: `edges { node { id title } }
 * pageInfo { endCursor }`. *ret_selection is a node without a name whose children they are, to be
 * used as gql_call.selection; it is one allocation that gql_selection_destroy frees.
 */
int32_t gql_selection_parse(const char *text, size_t size, gql_selection **ret_selection,
                            gql_failure *failure);
void gql_selection_destroy(gql_selection **selection);

/* ---- Schema ---- */

/* A parsed schema document: types with their fields, as far as binding and checking need them. */
typedef struct gql_schema_document gql_schema_document;

int32_t gql_schema_document_parse(const char *sdl, size_t size, gql_schema_document **ret_document,
                                  gql_failure *failure);
void gql_schema_document_destroy(gql_schema_document **document);

/*
 * The type of a field of an object or interface, written as in SDL, for gql_value_check:
 * `IntegrationConnection!`. NULL if there is no such field. Valid as long as the document. Any
 * thread.
 */
const char *gql_schema_document_field_type(const gql_schema_document *document, const char *type,
                                           const char *field);

/* What a conflict is about: the SDL, or one of the plugin's tables beside it. */
typedef enum gql_conflict_kind {
    GQL_CONFLICT_SDL,
    GQL_CONFLICT_RESOLVER,
    GQL_CONFLICT_LOADER,
    GQL_CONFLICT_REFERENCE,
} gql_conflict_kind;

/* What became of binding one plugin's schema to a host's. */
typedef struct gql_binding {
    /*
     * What the host adds to its schema, NUL-terminated: the own parts and the common ones that it
     * lacks.
     */
    char *sdl;
    size_t sdl_size;
    /* If there are any, nothing may be bound. One sentence each that names both sides. */
    char **conflicts;
    size_t conflict_count;
    gql_conflict_kind *conflict_kinds; /* Of each. */
} gql_binding;

/*
 * Compares the plugin's parts, resolvers, loaders and references with the host's schema. All
 * conflicts are listed, not only the first: a type or a field defined twice, a common type of the
 * host that lacks what the plugin needs or has it with another type, a member of an interface
 * missing, an unknown type, a resolver without a field, a field of Query or Mutation without a
 * resolver. To bind several plugins, append each one's sdl to the host's before the next.
 */
int32_t gql_bind(const gql_plugin *plugin, const char *host_sdl, size_t host_sdl_size,
                 gql_binding **ret_binding, gql_failure *failure);
void gql_binding_destroy(gql_binding **binding);

/*
 * Checks a value that a plugin returned for a field: JSON, of the type, complete for the selection
 * (NULL: all fields), no unknown members, `__typename` where the type is abstract. `document` is of
 * the merged schema; `type` is written as in SDL: `IntegrationConnection!`. `plugin_schema` is the
 * plugin's, or NULL: its references need but `__typename` and `id`, and fields with a resolver of
 * their own are no members of the value above them. The failure names the path of what is wrong.
 * Reads only: any thread, any number at once.
 */
int32_t gql_value_check(const gql_schema_document *document, const gql_schema *plugin_schema,
                        const char *type, const gql_selection *selection, const char *json,
                        size_t json_size, gql_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
