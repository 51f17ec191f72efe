// SPDX-License-Identifier: MIT
#ifndef GQL_HOST_FAILURE_H
#define GQL_HOST_FAILURE_H

#include "gql_plugin.h"

/*
 * Writes code and message into *failure (may be NULL) and returns the code. The message is
 * truncated between characters of UTF-8.
 */
__attribute__((format(printf, 3, 4))) int32_t gql_fail(gql_failure *failure, int32_t code,
                                                       const char *format, ...);

int32_t gql_fail_no_memory(gql_failure *failure);

#endif
