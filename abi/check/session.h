// SPDX-License-Identifier: MIT
/* The plugin as a check meets it, in the check's own process. */
#ifndef GQL_CHECK_SESSION_H
#define GQL_CHECK_SESSION_H

#include "abi/check/check.h"
#include "gql_host.h"

/*
 * What the plugin's schema is bound to where no host's is given: roots to extend, and nothing else.
 */
extern const char session_bare_sdl[];

/*
 * The plugin's struct, by dlopen and the entry alone: nothing of it is checked and init is not
 * called. NULL after check_skip.
 */
const gql_plugin *session_plugin(struct check_run *run);

/* A handle of dlopen; NULL where it can't be loaded. */
void *session_map(struct check_run *run);

/* The entry itself; NULL after check_skip. */
gql_plugin_entry_fn session_entry(struct check_run *run);

/* A host with the plugin in it. */
struct session {
    struct check_run *run;
    gql_runtime *runtime;
    gql_library *library;
    const gql_plugin *plugin;
    char *configs[2]; /* Of the first instance and the second. */
    /* The host's schema with the plugin's; NULL until session_bind. */
    gql_schema_document *document;
    char *sdl;
};

/* How often the plugin broke the contract in this process. */
extern _Atomic uint64_t session_misuses[GQL_MISUSE_COUNT];

/* Opens, init included. `quarantine` as in gql_runtime_options. False after check_fail. */
bool session_open(struct check_run *run, size_t quarantine, struct session *session);

/* The configurations. False after check_skip: one is needed, and was not given. */
bool session_configure(struct session *session);

/* False after check_skip: the schema does not bind. */
bool session_bind(struct session *session);

/* Closes what is open; with `unload` the plugin's code goes as well. */
void session_close(struct session *session, bool unload);

/*
 * Steps of the life of an instance, each watched. `index`: which configuration. False after
 * check_fail.
 */
bool session_create(struct session *session, unsigned index, gql_instance **ret_instance);
void session_drain(struct session *session, gql_instance *instance);
void session_destroy(struct session *session, gql_instance **instance);

#endif
