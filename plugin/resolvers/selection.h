// SPDX-License-Identifier: MIT
/*
 * What a client asked for. If the host does not know (NULL), that is everything but `__typename`.
 */
#ifndef PLUGIN_RESOLVERS_SELECTION_H
#define PLUGIN_RESOLVERS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gql_plugin.h"

/* Fields of an Integration. */
enum {
    FIELD_TYPENAME = 1,
    FIELD_ID = 2,
    FIELD_VERSION = 4,
    FIELD_TITLE = 8,
    FIELD_ORGANIZATION = 16,
    FIELD_CREDENTIAL_REF = 32,
    FIELD_IS_ACTIVE = 64,
};

/* The set of those that are selected below. */
uint32_t selected_fields(const gql_selection *selection);

/*
 * Whether a field is selected below. *ret_child (may be NULL) is then its own selection; NULL means
 * everything.
 */
bool selects(const gql_selection *selection, const char *name, const gql_selection **ret_child);

/* Whether `__typename` is selected below; false for NULL. */
bool selects_typename(const gql_selection *selection);

#endif
