// SPDX-License-Identifier: MIT
/* What the library of plugins asks of the runtime, beside gql_host.h. */
#ifndef GQL_RUNTIME_H
#define GQL_RUNTIME_H

#include "gql_host.h"

/* Waits until every call of the instance has returned from the plugin. Not from inside a call. */
void gql_runtime_await_returns(gql_runtime *runtime, const gql_instance *instance);

#endif
