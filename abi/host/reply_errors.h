// SPDX-License-Identifier: MIT
/* The errors that a plugin adds to a reply before it resolves it, as JSON. */
#ifndef GQL_REPLY_ERRORS_H
#define GQL_REPLY_ERRORS_H

#include <stddef.h>

#include "gql_plugin.h"

/*
 * Appends the error to *errors, a NUL-terminated JSON array in heap memory, or NULL for none yet.
 * GQL_E_MISUSE if the path is not an array of names and indices, or the extensions are not an
 * object; GQL_E_LIMIT if the array would exceed `limit` bytes; GQL_E_NO_MEMORY. *errors is then
 * unchanged.
 */
int32_t reply_errors_append(char **errors, const gql_error *error, size_t limit);

#endif
