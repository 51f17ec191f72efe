// SPDX-License-Identifier: MIT
/*
 * Suspends organizations in a database on a server, while gateways go on, and tells their states.
 * What has been suspended is changed by no transaction that is committed later.
 */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_SUSPENSION_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_SUSPENSION_H

#include "plugin/store/postgres/maintenance/server.h"

struct server_tenant {
    struct text id;
    const char *state; /* "active", "suspended" or "erased". Static. */
    bool half_erased;  /* The erasure has not ended. */
    struct store_counts counts;
};

/*
 * Called for each organization in the order of their IDs, or for one (no text: all), if it is
 * known; the text is borrowed. False ends it.
 */
typedef bool server_tenant_fn(void *user, const struct server_tenant *tenant);
int32_t server_tenants(struct server_access *access, struct text id, server_tenant_fn *take,
                       void *user, gql_failure *failure);

/*
 * Suspends an organization, or ends that. *ret_done is false, and nothing has changed, of one that
 * is not known, or was erased.
 */
int32_t server_suspend(struct server_access *access, struct text id, bool suspended, bool *ret_done,
                       gql_failure *failure);

#endif
