// SPDX-License-Identifier: MIT
/* What a database stores about itself: for example, the collation of its order. */
#ifndef PLUGIN_STORE_SQLITE_METADATA_H
#define PLUGIN_STORE_SQLITE_METADATA_H

#include "plugin/store/collation.h"
#include "plugin/store/engine.h"
#include "plugin/store/sqlite/connection.h"

/*
 * Copies at most `capacity` bytes of a setting. Returns its size, 0 if there is none, -1 on an
 * error.
 */
int metadata_read(struct connection *connection, const char *name, void *value, int capacity);

/* Within a write transaction. False on an error. */
bool metadata_write(struct connection *connection, const char *name, const void *value, int size);

/* Within a write transaction: reads the secret; draws it the first time. */
int32_t metadata_secret(struct connection *connection, uint8_t secret[STORE_SECRET_SIZE],
                        gql_failure *failure);

/* Rebuilding the sort keys. */
struct order_rebuild {
    const struct collation *collation;
    void *user;
    void (*advanced)(void *user, const struct order_rebuild *rebuild); /* After some rows. */
    long long rows, moved; /* So far: `moved` have another key than before. */
};

/* Within a write transaction: all of them, without a look at what they were made with. */
bool metadata_rebuild(struct connection *connection, struct order_rebuild *rebuild);

/*
 * Within a write transaction: rebuilds all sort keys if the database's were made with another
 * collation, which is GQL_PENDING if it may not take long. Logs what it does and its progress.
 */
int32_t metadata_collate(struct connection *connection, const struct collation *collation,
                         bool may_take_long, const struct store_options *options,
                         gql_failure *failure);

#endif
