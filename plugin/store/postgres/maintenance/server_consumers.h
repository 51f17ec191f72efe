// SPDX-License-Identifier: MIT
/* The consumers of events in a database on a server. */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_CONSUMERS_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_CONSUMERS_H

#include "plugin/store/consumer_list.h"
#include "plugin/store/postgres/maintenance/server.h"

/* Gives those of an organization to `take`, in the order of their names. */
int32_t server_consumers_of(struct server_access *access, struct text id, consumer_fn *take,
                            void *user, gql_failure *failure);

/*
 * Forgets a consumer of an organization, in a transaction. Refuses one of whose lease there
 * somebody holds. The removal counts the organization if it had him.
 */
int32_t server_consumer_remove(struct server_access *access, struct text id,
                               struct consumer_removal *removal, gql_failure *failure);

#endif
