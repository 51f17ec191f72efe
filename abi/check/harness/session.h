// SPDX-License-Identifier: MIT
/* Loads the plugin into the process of a check, in as many steps as the check needs. */
#ifndef GQL_CHECK_SESSION_H
#define GQL_CHECK_SESSION_H

#include "abi/check/harness/check.h"
#include "gql_host.h"

/* The host's schema if --host-schema is not given: the root types, for the plugin to extend. */
extern const char session_bare_sdl[];

/* ---- The bare plugin: dlopen and the entry; nothing is validated, init is not called ---- */

/* A handle of dlopen; NULL if the plugin can't be loaded. */
void *session_map(struct check_run *run);

/* The entry. NULL after check_skip. */
gql_plugin_entry_fn session_entry(struct check_run *run);

/* What the entry returns. NULL after check_skip. */
const gql_plugin *session_plugin(struct check_run *run);

/* The same, but NULL without check_skip: for checks that do not depend on it. */
const gql_plugin *session_try_plugin(struct check_run *run);

/* ---- A host with the plugin ---- */

struct session {
    struct check_run *run;
    gql_runtime *runtime;
    gql_library *library;
    const gql_plugin *plugin;
    char *configs[2]; /* For the first instance and for the one beside it. */
    /* The host's schema and the plugin's merged; NULL until session_bind. */
    gql_schema_document *document;
    char *sdl;
};

/* How often the plugin broke the contract in this process, by kind. */
extern _Atomic uint64_t session_misuses[GQL_MISUSE_COUNT];

/*
 * Loads the plugin, calls init. `quarantine` and `reply_prefix` as in gql_runtime_options. False
 * after check_fail.
 */
bool session_open(struct check_run *run, size_t quarantine, struct session *session);
bool session_open_prefixed(struct check_run *run, size_t quarantine, const char *reply_prefix,
                           struct session *session);

/* Sets the configurations. False after check_skip: the plugin needs one, and none was given. */
bool session_configure(struct session *session);

/* Binds the schema. False after check_skip: it does not bind. */
bool session_bind(struct session *session);

/* What the plugin has of the host, for a check to change. */
gql_host *session_host(struct session *session);

/* Closes what is open; with `unload` the plugin's code is unmapped too. */
void session_close(struct session *session, bool unload);

/*
 * Create, drain and destroy an instance, each within the timeout. `index` selects the
 * configuration. session_create returns false after check_fail, or after check_mistake if
 * the plugin refuses --config, or can't use what it names, before the check `create` has passed.
 */
bool session_create(struct session *session, unsigned index, gql_instance **ret_instance);
void session_drain(struct session *session, gql_instance *instance);
void session_destroy(struct session *session, gql_instance **instance);

/*
 * Waits until this process has no more than `most` threads: a joined thread stays listed for a
 * moment, and for longer on a busy machine. Gives up after SESSION_SETTLE_MILLISECONDS.
 */
enum { SESSION_SETTLE_MILLISECONDS = 2000 };
void session_settle(uint64_t most);

#endif
