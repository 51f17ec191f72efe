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

    /*
     * Plugins are loaded from private copies of their files, which are removed as soon as they are
     * mapped: a file that is overwritten in place changes nothing, and the same file loaded again
     * is what it is by then, with state of its own. $ORIGIN is the copy's folder, and debuggers
     * find symbols by the build ID only. The copies are made below $TMPDIR, or /tmp, from where the
     * system must allow programs to be run.
     */
    bool copies_plugins;
} gql_runtime_options;

int32_t gql_runtime_create(const gql_runtime_options *options, gql_runtime **ret_runtime,
                           gql_failure *failure);

/* Before it, all calls must be completed, all answers released and all libraries closed. */
void gql_runtime_destroy(gql_runtime **runtime);

/*
 * Trusts a key, of at most 32. As soon as there is one, gql_library_open loads only files that are
 * signed with one of them: beside FILE.so is FILE.so.minisig, which `minisign -S` wrote. What is
 * checked is the private copy that is then loaded (see copies_plugins). `key` is the text of a file
 * that `minisign -G` wrote (minisign.pub), or its second line alone. Before libraries are opened.
 * Nor does it load what others than root and the process's user can write to, on the way to the
 * file or to its copy; without keys, the log only says so (GQL_LOG_INFO). Groups are not looked at.
 * Needs libsodium, which is loaded by the first call: GQL_E_UNAVAILABLE without it. GQL_E_CONFIG if
 * the text is no such key.
 */
int32_t gql_runtime_trust_key(gql_runtime *runtime, const char *key, size_t key_size,
                              gql_failure *failure);

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
 * which would crash, sees it; damage within the code or data is seen
 * only by a signature (gql_runtime_trust_key).
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

/*
 * The plugin's events, whose `read`, `claim` and `acknowledge` are for gql_runtime_call. NULL if it
 * offers none, or not all of the functions. Valid as long as the library. Any thread.
 */
const gql_events *gql_library_events(const gql_library *library);

/*
 * What a plugin has counted and measured: gql_metrics.read of an instance, or with NULL of the
 * process. A plugin without metrics (GQL_EXT_METRICS) has none: `take` is not called. Any thread,
 * until the instance is destroyed, or the library closed.
 */
int32_t gql_library_metrics(const gql_library *library, gql_instance *instance,
                            uint32_t organizations, gql_metrics_fn take, void *user);

/*
 * The same of this library: calls under way, broken contracts by kind, files loaded and refused by
 * reason; those that are not trusted of all runtimes of the process. Any thread.
 */
int32_t gql_runtime_metrics(const gql_runtime *runtime, gql_metrics_fn take, void *user);

/*
 * Checks a text that a plugin gave as its metrics: GQL_E_MISUSE, with the metric and the reason, if
 * it is not as gql_plugin.h says. Any thread.
 */
int32_t gql_metrics_check(const char *json, size_t json_size, gql_failure *failure);

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

/* ---- A pool of instances by key ---- */

/*
 * For hosts that know which tenant a request is for: an instance of one library for each key, such
 * as the ID of an organization. The instance is created at the first call of its key, on a thread
 * of the pool, while calls for it wait; idle ones are destroyed again. The pool knows nothing of
 * what a key means. Unless a comment says otherwise, its functions may be called on any thread, any
 * number at the same time, but not from an answer's callback, and they do not block.
 */
typedef struct gql_pool gql_pool;

/* The longest key in bytes. The shortest has 1. */
enum { GQL_POOL_KEY_SIZE = 1024 };

typedef struct gql_pool_options {
    /* Passed to the functions below. They may be called on any thread, several at a time. */
    void *user;

    /*
     * Writes the configuration of a key: JSON as for gql_instance_create, which the pool frees with
     * free(). Called inside gql_pool_call, on its thread, without locks, when an instance must be
     * created; a configuration that turns out not to be needed is dropped. On a negative code with
     * the reason in *failure there is no instance for the key, as if its creation had failed. Must
     * not call functions of the pool. Required.
     */
    int32_t (*config)(void *user, const char *key, size_t key_size, char **ret_config,
                      size_t *ret_config_size, gql_failure *failure);

    /* A clock that never goes back, for tests of what waits. NULL: CLOCK_MONOTONIC. */
    int64_t (*milliseconds)(void *user);

    /* How many instances without calls are kept; the least recently used goes first. 0: 1,000. */
    size_t max_idle;

    /* How many calls may wait, for one key and in all. 0: 1,000 and 10,000. */
    size_t max_waiting_per_key;
    size_t max_waiting;

    /* Threads, which create and destroy instances: at most 64. 0: 2. */
    size_t threads;
} gql_pool_options;

/*
 * `options` is copied. The library must stay open until the pool is destroyed. The pool's threads
 * belong to this process: after a fork, the child must not use the pool.
 */
int32_t gql_pool_create(gql_library *library, const gql_pool_options *options, gql_pool **ret_pool,
                        gql_failure *failure);

/*
 * Rejects the calls that wait, lets those under way complete, and drains and destroys all
 * instances. Blocks. No function of the pool may run or be called any more.
 */
void gql_pool_destroy(gql_pool **pool);

/*
 * Calls a resolver or loader of the key's instance, as gql_runtime_call does. If there is no
 * instance, the call waits for it and GQL_PENDING is returned; `on_answer` may then be called on a
 * thread of the pool, or of one that suspends the key. Calls that came before the instance was
 * created begin in the order in which they came, and before all others. `key` is copied.
 *
 * The pool rejects a call with SERVICE_UNAVAILABLE if the key is suspended, if its instance could
 * not be created, if too many calls wait, and if memory runs out for a new key. After a failed
 * creation, later calls are rejected at once for a second, doubled with each failure in a row up to
 * a minute; the first call after that tries again. Each failure goes to the runtime's log.
 *
 * Returns a negative code only if neither the plugin nor `on_answer` was called: as
 * gql_runtime_call, and GQL_E_MISUSE for a key of a wrong size.
 */
int32_t gql_pool_call(gql_pool *pool, const char *key, size_t key_size, gql_resolve_fn resolve,
                      const gql_call *call, gql_answer_fn on_answer, void *user);

/*
 * Rejects the calls of a key, those that wait included, until it is resumed. Its instance is
 * drained and destroyed when the calls under way are completed; gql_pool_list_keys tells when. The
 * key need not have been used. GQL_E_NO_MEMORY, or GQL_E_MISUSE for a key of a wrong size.
 */
int32_t gql_pool_suspend_key(gql_pool *pool, const char *key, size_t key_size);

/* Ends a suspension; after a failed creation, the next call tries again. GQL_E_MISUSE likewise. */
int32_t gql_pool_resume_key(gql_pool *pool, const char *key, size_t key_size);

/*
 * Lets go of the instance of a key, for example because its configuration has changed: it is
 * drained and destroyed when the calls under way are completed, and later calls wait for a new one.
 * One that is being created still serves the calls that wait for it. A failure is forgotten; a
 * suspension stays. GQL_E_MISUSE likewise.
 */
int32_t gql_pool_close_key(gql_pool *pool, const char *key, size_t key_size);

typedef enum gql_pool_state {
    GQL_POOL_CREATING,
    GQL_POOL_OPEN,
    GQL_POOL_CLOSING,
    GQL_POOL_FAILED,     /* It could not be created; see `failure`. */
    GQL_POOL_SUSPENDING, /* Suspended, but the instance is not destroyed yet. */
    GQL_POOL_SUSPENDED,
} gql_pool_state;

/* A short name, such as "creating". Static. */
const char *gql_pool_state_name(gql_pool_state state);

typedef struct gql_pool_key {
    const char *key; /* Followed by a NUL, and may contain some. */
    size_t key_size;
    gql_pool_state state;
    uint64_t calls;      /* Under way. */
    uint64_t waiting;    /* For the instance. */
    const char *failure; /* Why the last creation failed; "" if it did not. */
} gql_pool_key;

/*
 * Lists the keys that have an instance, are suspended or failed, in the order of their bytes. Keys
 * whose instance was let go are not listed; of the failed ones, the last 1,000 are. *ret_keys is
 * one allocation, which the caller frees. GQL_E_NO_MEMORY.
 */
int32_t gql_pool_list_keys(gql_pool *pool, gql_pool_key **ret_keys, size_t *ret_count);

/*
 * How the instances of a pool fare together, as gql_instance_health says of one. GQL_HEALTH_FAILED:
 * all that there are have failed. GQL_HEALTH_DEGRADED: some have, or are degraded, or a key's could
 * not be created. `reason` names the first of these keys, and how many more there are. Asks each
 * instance; a suspension, or an eviction, of the one that is being asked waits for its answer.
 */
uint32_t gql_pool_health(gql_pool *pool, char *reason, size_t reason_size);

/* As gql_metrics_fn, with the key of the instance. */
typedef void (*gql_pool_metrics_fn)(void *user, const char *key, size_t key_size, const char *json,
                                    size_t json_size);

/*
 * gql_library_metrics of each instance that there is, one after the other in the order of their
 * keys, as gql_pool_health asks them. Goes on after a failure, and returns the first.
 */
int32_t gql_pool_metrics(gql_pool *pool, uint32_t organizations, gql_pool_metrics_fn take,
                         void *user);

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
