// SPDX-License-Identifier: MIT
/* What the library of plugins asks of the runtime, beside gql_host.h. */
#ifndef GQL_RUNTIME_H
#define GQL_RUNTIME_H

#include "gql_host.h"

/* Waits until no call of the instance is under way. Not from inside a call. */
void gql_runtime_await_calls(gql_runtime *runtime, const gql_instance *instance);

#endif
