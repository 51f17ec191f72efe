// SPDX-License-Identifier: MIT
/* The calls of gql_events. */
#ifndef PLUGIN_RESOLVERS_EVENTS_H
#define PLUGIN_RESOLVERS_EVENTS_H

#include "gql_plugin.h"

int32_t events_read(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t events_claim(gql_instance *instance, const gql_call *call, gql_reply *reply);
int32_t events_acknowledge(gql_instance *instance, const gql_call *call, gql_reply *reply);

#endif
