// SPDX-License-Identifier: MIT
/*
 * What a database keeps about itself: the secret of its cursors, and what its sort keys were made
 * with.
 */
#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"

enum { SECRET_SIZE = 16 };

/* Reads the secret; the first time it is drawn. */
int32_t settings_secret(struct connection *connection, uint8_t secret[SECRET_SIZE],
                        gql_failure *failure);

/*
 * Makes all sort keys anew, in one transaction, if those of the database have another fingerprint
 * than the collation. Says in the log what it does, and how far it is.
 */
int32_t settings_collate(struct connection *connection, const struct collation *collation,
                         const struct store_options *options, gql_failure *failure);

#endif
