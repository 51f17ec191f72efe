// SPDX-License-Identifier: MIT
/*
 * A database that belongs to one organization alone says so. Instances of another organization, or
 * of none, refuse it from then on: a file at the wrong path opens nobody else's data.
 */
#ifndef PLUGIN_STORE_SQLITE_OWNERSHIP_H
#define PLUGIN_STORE_SQLITE_OWNERSHIP_H

#include "plugin/base/limits.h"
#include "plugin/store/sqlite/connection.h"

/* The owner that a database names; no text: it has none. */
struct owner {
    char bytes[ORGANIZATION_ID_MAX];
    struct text text; /* Within `bytes`. */
};

/* Before there is a file. GQL_E_CONFIG if the database is to belong to nobody. */
int32_t ownership_check(const struct sqlite_options *options, const struct store_options *store,
                        gql_failure *failure);

/*
 * Within the write transaction that opens the database: refuses one of another owner. One that has
 * none gets the instance's organization if the settings say so; it is refused if it has rows of
 * other organizations, or rows whose IDs lack the organization's tag.
 */
int32_t ownership_settle(struct connection *connection, const struct sqlite_options *options,
                         const struct store_options *store, gql_failure *failure);

/* Within a transaction. Returns SQLite's code. */
int ownership_read(struct connection *connection, struct owner *ret_owner);

/* Whether an instance that is bound to an organization, or to none, may use the database. */
bool ownership_allows(const struct owner *owner, struct text organization_id);

#endif
