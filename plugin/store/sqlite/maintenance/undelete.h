// SPDX-License-Identifier: MIT
/* Brings a deleted integration back, with its ID and one version more, while gateways go on. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_UNDELETE_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_UNDELETE_H

#include "plugin/store/sqlite/maintenance/access.h"

enum undelete_outcome {
    UNDELETE_NOT_KNOWN, /* Nothing here has that ID. */
    UNDELETE_NOT_KEPT,  /* It was there, as the trail says; what it had is erased. */
    UNDELETE_NOT_DELETED,
    UNDELETE_FOREIGN,   /* It is of another organization. */
    UNDELETE_EXHAUSTED, /* Its version can't grow. */
    UNDELETE_DONE,
};

struct undeletion {
    struct identifier id;
    struct text organization_id; /* Whose it must be; no text: anybody's. */
    const gql_request *request;  /* Who does it, for the trail. */
    int64_t unix_milliseconds;
    void *user;
    /*
     * Whether what it had as its credentialRef must not come back. NULL: it does. A failure, which
     * the function describes, leaves it deleted.
     */
    int32_t (*check)(void *user, const struct integration *deleted, bool *ret_revoked,
                     gql_failure *failure);

    /* The outcome. */
    enum undelete_outcome outcome;
    bool cleared;                   /* Its credentialRef did not come back. */
    struct integration_copy result; /* DONE: as it is now; FOREIGN, NOT_DELETED: as it is or was. */
};

/*
 * One transaction with its event, RESTORED. Refuses a database as intake_begin does. The caller
 * finishes the result in any case.
 */
int32_t database_undelete(struct database_access *access, struct undeletion *undeletion,
                          gql_failure *failure);

#endif
