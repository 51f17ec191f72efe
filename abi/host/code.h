// SPDX-License-Identifier: MIT
/* From a plugin's file to code in memory. */
#ifndef GQL_HOST_CODE_H
#define GQL_HOST_CODE_H

#include "gql_host.h"

/*
 * Checks what can be checked before the code is run, and maps the file, or a private copy of it.
 * `path` is as it was given; `real` is without links. Any thread.
 */
int32_t code_map(gql_runtime *runtime, const char *path, const char *real, void **ret_code,
                 gql_failure *failure);

#endif
