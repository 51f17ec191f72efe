// SPDX-License-Identifier: MIT
/*
 * The keyrings of the process: one for each path (and `requires_file`), however many instances use
 * it, and one job that looks at all of them every ten seconds, so that the operator learns of a
 * broken file before a token comes. Paths are compared as they are given, not by what a link points
 * to, which may be switched. Any thread. A forked child starts with none.
 */
#ifndef PLUGIN_INSTANCE_SHARED_KEYRING_H
#define PLUGIN_INSTANCE_SHARED_KEYRING_H

#include "plugin/base/job.h"
#include "vault/keyring.h"

struct shared_keyring;

/* One who uses a keyring, and hears of it. Do not move it between joining and leaving. */
struct keyring_user {
    vault_log_fn log;     /* Of those with one audience, one is called for each message. */
    void *user;           /* For `log`. */
    const void *audience; /* Identifies who reads the log. */
    bool requires_file;   /* If the file is missing, not even the previous keyring is used. */

    struct shared_keyring *keyring; /* NULL: it uses none. The members from here on are private. */
    struct keyring_user *next;
    struct keyring_user **place; /* What points to this one. */
};

/*
 * `log`, `user`, `audience` and `requires_file` are set, the rest is zero. The first who uses a
 * path fails if the file can't be read or parsed; for others the file is looked at now, and the
 * keyring in use is shared whatever became of the file. The job runs on the first user's pool,
 * which must outlive the last one's leaving.
 */
bool shared_keyring_join(struct keyring_user *user, const char *path, struct pool *pool,
                         struct vault_failure *failure);

/*
 * Waits for a message that is being logged; there is none afterwards. The last user of the process
 * waits for the job to end. Does nothing for a user without a keyring.
 */
void shared_keyring_leave(struct keyring_user *user);

/* As vault_keyring_source_current. */
struct vault_keyring *shared_keyring_current(const struct keyring_user *user);

/* As vault_keyring_source_facts. */
void shared_keyring_facts(const struct keyring_user *user, struct vault_keyring_facts *ret_facts);

/* Whether its file can't be read for now, so that no token can be checked. */
bool shared_keyring_is_doubtful(const struct keyring_user *user);

/* Whether its file is missing or wrong, so that the previous keyring stays in use. */
bool shared_keyring_is_outdated(const struct keyring_user *user);

#endif
