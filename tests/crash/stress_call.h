// SPDX-License-Identifier: MIT
/*
 * Calls of the stress test, on any thread, each of which waits for its answer. Calls share no lock,
 * unlike those of the mock host, so that ThreadSanitizer sees races which such a lock would hide.
 */
#ifndef STRESS_CALL_H
#define STRESS_CALL_H

#include <jansson.h>

#include "gql_host.h"

struct answer {
    bool resolved;
    char code[32]; /* rejected. */
    json_t *value; /* rejected: the extensions. The caller owns it. */
};

/* Once, before the first call. Ends the program if the plugin can't be opened. */
gql_library *call_open(const char *plugin_path);
void call_close(gql_library **library);

/* Calls that are not answered. */
uint64_t call_pending(void);

/* Calls the resolver of a field, as an actor with all rights. `cancelled` may be NULL. */
struct answer call_field(gql_instance *instance, const char *field, const char *arguments,
                         const uint32_t *cancelled);

struct answer call_loader(gql_instance *instance, const char *arguments);
struct answer call_events(gql_instance *instance, const char *arguments); /* gql_events.read. */

/* "" if there is none. Borrowed. */
const char *call_text(const json_t *object, const char *name);

#endif
