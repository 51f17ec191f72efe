// SPDX-License-Identifier: MIT
/* What hosts ask of plugin.c, and what it must answer. */
#ifndef FROZEN_CALLS_H
#define FROZEN_CALLS_H

#include <stddef.h>

#include "gql_plugin.h"

/* Of the grown header: initializes the members of a later version with garbage. */
#ifndef GQL_GROWN
#define GQL_GROWN
#define IS_GROWN 0
#else
#define IS_GROWN 1
#endif

struct asked {
    const char *type;
    const char *field; /* NULL: the loader of the type. */
    const gql_call *call;
    const char *json;   /* The value, or NULL if the call is rejected. */
    const char *errors; /* The paths of the added errors, with a space after each. */
};

extern const struct asked asked[];
extern const size_t asked_count;

/* What the clock says when the plugin is asked. */
enum { ASKED_AT = 1234 };

/* asked.json of the call that counts the structs which a newer plugin finds grown. */
#define GROWN_STRUCTS "grown structs"

/* The function that serves it, or NULL. */
gql_resolve_fn asked_function(const struct asked *one, const gql_plugin *plugin);

#endif
