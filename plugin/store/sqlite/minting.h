// SPDX-License-Identifier: MIT
/*
 * IDs that rise within a database, whichever process mints them: no ID is minted that is not above
 * every one that is stored or was deleted. Within a write transaction, when nobody else can mint.
 *
 * What is deleted need be remembered only if it was the highest: otherwise a higher one is stored.
 * IDs beyond identifier_limit count for nothing.
 */
#ifndef PLUGIN_STORE_SQLITE_MINTING_H
#define PLUGIN_STORE_SQLITE_MINTING_H

#include "plugin/store/sqlite/connection.h"

struct minting {
    struct identifier_mint mint;
    bool rises; /* The mint is above the database's IDs. False when a transaction begins. */
};

/* Mints an ID of the organization. */
enum store_status minting_next(struct minting *minting, struct connection *connection,
                               struct text organization_id, int64_t unix_milliseconds,
                               struct identifier *ret_id, struct store_detail *detail);

/* After the deletion. */
enum store_status minting_note_deleted(struct connection *connection, const struct identifier *id,
                                       struct store_detail *detail);

#endif
