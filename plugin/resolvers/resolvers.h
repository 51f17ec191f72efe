// SPDX-License-Identifier: MIT
/* The plugin's resolvers, each a gql_resolve_fn. */
#ifndef PLUGIN_RESOLVERS_RESOLVERS_H
#define PLUGIN_RESOLVERS_RESOLVERS_H

#include "gql_plugin.h"

int32_t resolve_integration(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t resolve_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t resolve_integration_create(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t resolve_integration_update(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t resolve_integration_delete(gql_instance *instance, const gql_call *call, gql_reply *reply);

/* The loader of Integration: gql_loader.load and .owns. */
int32_t load_integrations(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t owns_integration(const char *id, uint64_t id_size);

#endif
