// SPDX-License-Identifier: MIT
/*
 * A strict host for tests. It drives a plugin through dlopen and the host library, and looks at
 * everything that crosses:
 *
 * - each call is answered exactly once, within MOCK_TIMEOUT_SECONDS, and before drain returns; -
 * each value is JSON, of the type that the schema says, and complete for the selection; - each
 * error has an UPPER_CASE code, a message, and extensions that are an object whose `code` is the
 * same; - nothing is written into a reply after its completion; - the log and the clock are used
 * only between init and deinit, and log lines are one line of UTF-8; - after deinit no thread and
 * no file descriptor of the plugin is left.
 *
 * Each breach ends in mock_violation, which by default prints it and aborts, so that the test
 * fails.
 *
 * Functions may be called on any thread unless it is said otherwise. Text parameters are
 * NUL-terminated.
 */
#ifndef MOCK_HOST_H
#define MOCK_HOST_H

#include <jansson.h>

#include "gql_host.h"

#define MOCK_TIMEOUT_SECONDS 30

/*
 * A host's schema that is enough for plugins which bring their common types: Query.node, Mutation,
 * nothing else.
 */
extern const char mock_minimal_sdl[];

struct mock_host;

struct mock_options {
    const char *host_sdl; /* NULL: mock_minimal_sdl. */
    /* 0: the plugin gets no clock; else what the clock extension says until mock_set_now. */
    int64_t now_ms;
    /* For tests of faulty plugins: the runtime's counters tell, nothing aborts. */
    bool tolerate_misuse;
    size_t reply_limit; /* As in gql_runtime_options. */
};

/*
 * Told of a breach; may not return. Process-wide, set before threads start; NULL: print and abort.
 */
typedef void (*mock_violation_fn)(const char *message);
void mock_on_violation(mock_violation_fn on_violation);

/* Opens and binds; any conflict of the schema is a violation. `options` may be NULL. Never NULL. */
struct mock_host *mock_open(const char *plugin_path, const struct mock_options *options);

/* Closes, unloads, and looks for leftovers. All instances must be destroyed. One thread. */
void mock_close(struct mock_host **host);

gql_runtime *mock_runtime(struct mock_host *host);
gql_library *mock_library(struct mock_host *host);
const gql_plugin *mock_plugin(struct mock_host *host);

void mock_set_now(struct mock_host *host, int64_t now_ms);

/*
 * The first captured log line from number *position that contains `text`, and moves *position
 * behind it; NULL: none.
 */
const char *mock_find_log(struct mock_host *host, size_t *position, const char *text);
size_t mock_log_count(struct mock_host *host);

/* A failure is a violation that shows the plugin's message. */
gql_instance *mock_create(struct mock_host *host, const char *config);

/* Success is a violation. Returns the code, which *failure holds too. */
int32_t mock_create_fails(struct mock_host *host, const char *config, gql_failure *failure);

void mock_drain(struct mock_host *host, gql_instance *instance);
void mock_destroy(struct mock_host *host, gql_instance **instance);

/* ---- Requests ---- */

enum { MOCK_GRANTS = 16 };

/*
 * Build with mock_request and the functions below; copy freely, but not while it is in use: it
 * points into itself.
 */
struct mock_request {
    gql_request request;
    gql_grant grants[MOCK_GRANTS];
    const gql_grant *grant_pointers[MOCK_GRANTS];
    uint32_t cancelled; /* mock_cancel. */
};

/* `actor_id` NULL: nobody. No grants, from inside the gateway, no deadline; can be cancelled. */
void mock_request(struct mock_request *request, const char *actor_id);

/* `organization_id` NULL: all. Texts are borrowed. */
void mock_grant(struct mock_request *request, const char *organization_id, uint32_t actions);

/* An actor `actor` with every action in every organization. */
void mock_request_all(struct mock_request *request);

void mock_cancel(struct mock_request *request);

/* Nanoseconds of CLOCK_MONOTONIC, for deadlines. */
uint64_t mock_monotonic(void);

/* ---- Calls ---- */

/* A copy of what a call came to, checked. */
struct mock_answer {
    bool resolved;
    json_t *value;      /* resolved. */
    char *json;         /* resolved: the text itself. */
    char *code;         /* rejected. */
    char *message;      /* rejected. */
    json_t *extensions; /* rejected: with `code`, as a host would send it. */
    bool completed_inline;
    uint64_t call_ns; /* How long the resolver took to return. */
};

void mock_answer_free(struct mock_answer **answer);

/*
 * Calls and waits. `arguments` is a JSON object as a host coerces it: defaults are not filled in
 * here. `selection` as for gql_selection_parse; NULL: the host does not know what is selected.
 * `request` NULL: mock_request_all.
 */
struct mock_answer *mock_call(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *field, const char *arguments, const char *selection,
                              const struct mock_request *request);

/* Calls the loader of a type: `ids` is a JSON list. `selection` are fields of the type. */
struct mock_answer *mock_load(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *ids, const char *selection,
                              const struct mock_request *request);

/*
 * The same in two steps. What is given to mock_start must live until mock_wait returns, which frees
 * `pending`.
 */
struct mock_pending;
struct mock_pending *mock_start(struct mock_host *host, gql_instance *instance, const char *type,
                                const char *field, const char *arguments, const char *selection,
                                const struct mock_request *request);
struct mock_answer *mock_wait(struct mock_pending **pending);

#endif
