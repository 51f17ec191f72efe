// SPDX-License-Identifier: MIT
/* Fills in a gql_failure: why loading or creating failed, for a person to act on. */
#ifndef PLUGIN_BASE_FAILURE_H
#define PLUGIN_BASE_FAILURE_H

#include "gql_plugin.h"

/*
 * Writes the message, one line that is cut to the room in the caller's struct (vault_line_format),
 * and returns `code`. NULL-safe.
 */
__attribute__((format(printf, 3, 4))) int32_t fail(gql_failure *failure, int32_t code,
                                                   const char *format, ...);

int32_t fail_no_memory(gql_failure *failure);

#endif
