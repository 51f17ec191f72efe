// SPDX-License-Identifier: MIT
/*
 * A strict host for tests. It loads a plugin with the host library and checks that
 *
 *   - each call is answered exactly once, within MOCK_TIMEOUT_SECONDS, and before drain returns;
 *   - each value is JSON, has the type that the schema says, and is complete for the selection;
 *   - each error has an UPPER_CASE code, a message, and extensions, an object with the same `code`;
 *     one inside a value leads to a null;
 *   - a reply is not written to after its completion;
 *   - the log and the clock are used only between init and deinit, and a log line is one line of
 *     UTF-8;
 *   - metrics are well-formed, and given once, on the thread that asks;
 *   - after deinit, no thread and no file descriptor of the plugin is left.
 *
 * Each violation is reported by mock_violation, which by default prints it and aborts, so that the
 * test fails.
 *
 * Functions may be called on any thread unless they say otherwise. Text parameters are
 * NUL-terminated.
 */
#ifndef MOCK_HOST_H
#define MOCK_HOST_H

#include <jansson.h>

#include "gql_host.h"

#define MOCK_TIMEOUT_SECONDS 30

/*
 * The smallest schema of a host for plugins that bring their own common types: Query.node and
 * Mutation.
 */
extern const char mock_minimal_sdl[];

struct mock_host;

struct mock_options {
    const char *host_sdl; /* NULL: mock_minimal_sdl. */
    /* The time of the clock extension until mock_set_now. 0: the plugin gets no clock. */
    int64_t now_ms;
    /* For faulty plugins: misuse is only counted by the runtime, and is not a violation. */
    bool tolerate_misuse;
    size_t reply_limit; /* As in gql_runtime_options. */
};

/*
 * Called for each violation; need not return. Process-wide; set it before threads start. NULL:
 * print and abort.
 */
typedef void (*mock_violation_fn)(const char *message);
void mock_on_violation(mock_violation_fn on_violation);

/*
 * Called with each log line, on the thread that logs, before the line is kept. Process-wide; set it
 * before threads start. NULL: nothing.
 */
typedef void (*mock_log_fn)(const char *line);
void mock_on_log(mock_log_fn on_log);

/*
 * Opens the plugin and binds its schema; each conflict is a violation. `options` may be NULL. Never
 * returns NULL.
 */
struct mock_host *mock_open(const char *plugin_path, const struct mock_options *options);

/*
 * Unloads the plugin and checks what it left behind. All instances must be destroyed, and no other
 * thread may use the host.
 */
void mock_close(struct mock_host **host);

gql_runtime *mock_runtime(struct mock_host *host);
gql_library *mock_library(struct mock_host *host);
const gql_plugin *mock_plugin(struct mock_host *host);

void mock_set_now(struct mock_host *host, int64_t now_ms);

/*
 * Returns the first log line from number *position on that contains `text`, and moves *position
 * behind it. NULL: there is none.
 */
const char *mock_find_log(struct mock_host *host, size_t *position, const char *text);
size_t mock_log_count(struct mock_host *host);

/* Creates an instance. A failure is a violation that shows the plugin's message. */
gql_instance *mock_create(struct mock_host *host, const char *config);

/* Creates an instance, or returns why not. */
int32_t mock_try_create(struct mock_host *host, const char *config, gql_instance **ret_instance,
                        gql_failure *failure);

/* Success is a violation. Returns the code, which *failure has, too. */
int32_t mock_create_fails(struct mock_host *host, const char *config, gql_failure *failure);

/*
 * What the plugin has counted, of an instance or with NULL of the process; NULL if it has no
 * metrics. Each instance is asked once more before it is destroyed. The caller owns the result.
 */
json_t *mock_metrics(struct mock_host *host, gql_instance *instance, uint32_t organizations);

void mock_drain(struct mock_host *host, gql_instance *instance);
void mock_destroy(struct mock_host *host, gql_instance **instance);

/* ---- Requests ---- */

enum { MOCK_GRANTS = 16 };

/*
 * Initialize it with one of the functions below. It may be copied, but not during a call, since it
 * points into itself.
 */
struct mock_request {
    gql_request request;
    gql_grant grants[MOCK_GRANTS];
    const gql_grant *grant_pointers[MOCK_GRANTS];
    uint32_t cancelled;        /* mock_cancel. */
    const char *response_name; /* Of the call; NULL: not known. */
};

/*
 * A request from inside the gateway without grants or a deadline, which mock_cancel cancels.
 * `actor_id` NULL: without an actor.
 */
void mock_request(struct mock_request *request, const char *actor_id);

/* Adds a grant. `organization_id` NULL: for all organizations. The text is borrowed. */
void mock_grant(struct mock_request *request, const char *organization_id, uint32_t actions);

/* An actor `actor` with every action in every organization. */
void mock_request_all(struct mock_request *request);

void mock_cancel(struct mock_request *request);

/* Nanoseconds of CLOCK_MONOTONIC, for deadlines. */
uint64_t mock_monotonic(void);

/* ---- Calls ---- */

/* A copy of a call's answer, which has passed all checks. */
struct mock_answer {
    bool resolved;
    json_t *value;      /* resolved. */
    char *json;         /* resolved: the text itself. */
    json_t *errors;     /* resolved: those inside the value, a list as in gql_answer. */
    char *code;         /* rejected. */
    char *message;      /* rejected. */
    json_t *extensions; /* rejected: with `code`, as a host would send it. */
    bool completed_inline;
    uint64_t call_ns; /* Time until the resolver returned. */
};

void mock_answer_free(struct mock_answer **answer);

/*
 * Calls a resolver and waits. `arguments` is a JSON object as a host coerces it; defaults are not
 * added here. `selection` is as for gql_selection_parse; NULL: the host does not know it. `request`
 * NULL: as by mock_request_all.
 */
struct mock_answer *mock_call(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *field, const char *arguments, const char *selection,
                              const struct mock_request *request);

/* Calls the loader of a type. `ids` is a JSON list, `selection` is of the type's fields. */
struct mock_answer *mock_load(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *ids, const char *selection,
                              const struct mock_request *request);

/*
 * Calls a function of an extension that is a call, such as gql_events.read. The value must be an
 * object of JSON. `label` is for violations.
 */
struct mock_answer *mock_call_function(struct mock_host *host, gql_instance *instance,
                                       const char *label, gql_resolve_fn function,
                                       const char *arguments, const struct mock_request *request);

/*
 * mock_call in two steps. What mock_start gets must live until mock_wait returns, which frees
 * `pending`.
 */
struct mock_pending;
struct mock_pending *mock_start(struct mock_host *host, gql_instance *instance, const char *type,
                                const char *field, const char *arguments, const char *selection,
                                const struct mock_request *request);
struct mock_pending *mock_start_load(struct mock_host *host, gql_instance *instance,
                                     const char *type, const char *ids, const char *selection,
                                     const struct mock_request *request);
struct mock_pending *mock_start_function(struct mock_host *host, gql_instance *instance,
                                         const char *label, gql_resolve_fn function,
                                         const char *arguments, const struct mock_request *request);
struct mock_answer *mock_wait(struct mock_pending **pending);

/* Waits until the call is completed; mock_wait then checks the answer. */
void mock_await(struct mock_pending *pending);

/* Whether the call is completed. */
bool mock_is_done(struct mock_pending *pending);

#endif
