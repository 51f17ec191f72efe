// SPDX-License-Identifier: MIT
/* What a database on a server holds: organizations, their integrations, and their trails. */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_ROWS_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_ROWS_H

#include "plugin/store/deleted.h"
#include "plugin/store/postgres/maintenance/server.h"

/* Called for each organization, in the order of their IDs; the text is borrowed. False ends it. */
typedef bool server_organization_fn(void *user, struct text id, const struct store_counts *counts,
                                    const struct trail_head *head);
int32_t server_organizations(struct server_access *access, server_organization_fn *take, void *user,
                             gql_failure *failure);

/* An organization's integrations, in the order of their IDs; of one state in a transaction. */
typedef bool server_integration_fn(void *user, const struct integration *integration);
int32_t server_integrations_of(struct server_access *access, struct text id,
                               server_integration_fn *take, void *user, gql_failure *failure);

/* Those that were deleted and are kept, likewise. */
int32_t server_deleted_of(struct server_access *access, struct text id, deleted_fn *take,
                          void *user, gql_failure *failure);

/* Its trail: where it begins and ends, and its events, or those of an entity (NULL: all). */
int32_t server_trail(struct server_access *access, struct text id,
                     struct trail_checkpoint *ret_checkpoint, struct trail_head *ret_head,
                     gql_failure *failure);
int32_t server_events_of(struct server_access *access, struct text id,
                         const struct identifier *entity, trail_visit_fn visit, void *user,
                         gql_failure *failure);

/* Bytes that all tables and indexes take. */
int32_t server_size(struct server_access *access, int64_t *ret_bytes, gql_failure *failure);

#endif
