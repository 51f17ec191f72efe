// SPDX-License-Identifier: MIT
/* Deleted integrations that are kept, and what brings one back, whatever engine stores them. */
#ifndef PLUGIN_STORE_DELETED_H
#define PLUGIN_STORE_DELETED_H

#include "gql_plugin.h"
#include "plugin/base/integration.h"

struct deleted_integration {
    struct integration integration; /* As it was. */
    int64_t time;                   /* Of its deletion: Unix milliseconds. */
};

/* Takes one, whose texts are borrowed until the return. False ends it. */
typedef bool deleted_fn(void *user, const struct deleted_integration *deleted);

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

/* Whether it may be changed, judged by whose it must be. */
static inline bool undeletion_is_foreign(const struct undeletion *undeletion,
                                         const struct integration *integration)
{
    return undeletion->organization_id.data != NULL &&
           !text_equal(undeletion->organization_id, integration->organization_id);
}

/*
 * What an integration that is deleted and kept becomes: the result, whose texts are its own.
 * The outcome is DONE, FOREIGN or EXHAUSTED.
 */
int32_t undeletion_restore(struct undeletion *undeletion, const struct integration *deleted,
                           gql_failure *failure);

/* The same of one that is not deleted: the outcome is NOT_DELETED or FOREIGN. */
int32_t undeletion_refuse(struct undeletion *undeletion, const struct integration *live,
                          gql_failure *failure);

#endif
