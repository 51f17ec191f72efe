// SPDX-License-Identifier: MIT
/*
 * The keyrings of an instance whose organizations have their own: `credentials.keyring` is a
 * template of paths. A keyring is joined (shared_keyring.h) when a token of its organization is
 * checked, and left when no token has come for a minute or others need its place. Any thread.
 */
#ifndef PLUGIN_INSTANCE_ORGANIZATION_KEYRINGS_H
#define PLUGIN_INSTANCE_ORGANIZATION_KEYRINGS_H

#include "plugin/base/job.h"
#include "plugin/base/text.h"
#include "plugin/base/throttle.h"
#include "plugin/instance/shared_keyring.h"
#include "plugin/instance/state_counts.h"

enum {
    ORGANIZATION_KEYRINGS = 1000, /* As many stay joined; each is watched. */
    ORGANIZATION_KEYRING_SECONDS = 60,
    ORGANIZATION_KEYRING_BUCKETS = 256,
};

struct organization_keyring;

struct organization_keyrings {
    const char *pattern; /* NULL: there are none, and no other member is used. */
    struct pool *pool;
    vault_log_fn log;
    void *user;
    const void *audience;
    struct throttle complaints; /* Of keyrings that can't be read. */
    struct job sweeper;         /* Leaves those that are idle, while there are some. */

    pthread_mutex_t lock; /* Guards the members below; never held while a file is read. */
    struct organization_keyring *buckets[ORGANIZATION_KEYRING_BUCKETS]; /* By the tag. */
    struct organization_keyring *newest, *oldest;                       /* By the last token. */
    int count;
};

/*
 * `pattern` was checked by tenant_template_check, and is borrowed, as is the pool, which runs the
 * watch. `log` gets lines that name the organization; of keyrings that can't be read, one a minute.
 * `audience` is that
 * of shared_keyring.h.
 */
void organization_keyrings_init(struct organization_keyrings *keyrings, const char *pattern,
                                struct pool *pool, vault_log_fn log, void *user,
                                const void *audience);

/* Nobody uses it any more. Does nothing if it is all zero. */
void organization_keyrings_finish(struct organization_keyrings *keyrings);

/*
 * The keyring of an organization, whose ID has at most ORGANIZATION_ID_MAX bytes, with a reference
 * that the caller releases; reads the file if that was
 * not done before. NULL: it is missing, can't be read or is none, or memory ran out, and a warning
 * says so. The next call tries again.
 */
struct vault_keyring *organization_keyrings_current(struct organization_keyrings *keyrings,
                                                    struct text organization_id);

/* How many are joined, by whether their files could be read. */
void organization_keyrings_count(struct organization_keyrings *keyrings,
                                 struct state_counts *counts);

#endif
