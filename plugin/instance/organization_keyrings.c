// SPDX-License-Identifier: MIT
#include "plugin/instance/organization_keyrings.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/deadline.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_name.h"
#include "plugin/base/tenant_path.h"

struct organization_keyring {
    struct organization_keyrings *keyrings;
    struct tenant_id id;
    uint32_t tag;
    struct keyring_user user;
    int inside;    /* Threads that use it now. The members from here on are guarded by the lock. */
    uint64_t used; /* CLOCK_MONOTONIC, nanoseconds. */
    struct organization_keyring *next;          /* In its bucket, or of those to close. */
    struct organization_keyring *newer, *older; /* By their last use. */
};

/* ---- What the operator hears ---- */

static void say(struct organization_keyrings *keyrings, struct text id, enum vault_log_level level,
                const char *message)
{
    char line[1024];
    snprintf(line, sizeof line, "organization '%.*s': %s", (int)id.size, id.data, message);
    keyrings->log(keyrings->user, level, line);
}

/* Of what lasts, and may befall many organizations at once, each token reminds. */
static void complain(struct organization_keyrings *keyrings, struct text id, const char *message)
{
    char line[800];
    unsigned held;
    if (!throttle_pass(&keyrings->complaints, monotonic_now(), &held))
        return;
    snprintf(line, sizeof line,
             "%s; such lines since the last one, of all organizations: %u (at most one a minute)",
             message, held + 1);
    say(keyrings, id, VAULT_LOG_WARNING, line);
}

static struct text id_of(const struct organization_keyring *keyring)
{
    return tenant_id_text(&keyring->id);
}

static void tell(void *user, enum vault_log_level level, const char *message)
{
    struct organization_keyring *keyring = user;
    if (level == VAULT_LOG_WARNING && shared_keyring_is_doubtful(&keyring->user))
        complain(keyring->keyrings, id_of(keyring), message);
    else
        say(keyring->keyrings, id_of(keyring), level, message);
}

/* ---- The table. The caller holds the lock ---- */

static struct organization_keyring **find(struct organization_keyrings *keyrings, uint32_t tag,
                                          struct text id)
{
    struct organization_keyring **place = &keyrings->buckets[tag % ORGANIZATION_KEYRING_BUCKETS];
    while (*place != NULL && !((*place)->tag == tag && text_equal(id_of(*place), id)))
        place = &(*place)->next;
    return place;
}

static void unlink_age(struct organization_keyrings *keyrings, struct organization_keyring *keyring)
{
    *(keyring->newer == NULL ? &keyrings->newest : &keyring->newer->older) = keyring->older;
    *(keyring->older == NULL ? &keyrings->oldest : &keyring->older->newer) = keyring->newer;
}

static void make_newest(struct organization_keyrings *keyrings,
                        struct organization_keyring *keyring)
{
    keyring->used = monotonic_now();
    keyring->newer = NULL;
    keyring->older = keyrings->newest;
    *(keyrings->newest == NULL ? &keyrings->oldest : &keyrings->newest->newer) = keyring;
    keyrings->newest = keyring;
}

static struct organization_keyring *enter(struct organization_keyrings *keyrings, uint32_t tag,
                                          struct text id)
{
    struct organization_keyring *keyring = *find(keyrings, tag, id);
    if (keyring == NULL)
        return NULL;
    unlink_age(keyrings, keyring);
    make_newest(keyrings, keyring);
    keyring->inside++;
    return keyring;
}

/* Takes out the oldest ones that nobody uses: those before `since`, and those beyond `most`. */
static struct organization_keyring *take_oldest(struct organization_keyrings *keyrings,
                                                uint64_t since, int most)
{
    struct organization_keyring *taken = NULL, *keyring = keyrings->oldest, *newer;
    for (; keyring != NULL && (keyring->used < since || keyrings->count > most); keyring = newer) {
        newer = keyring->newer;
        if (keyring->inside > 0)
            continue;
        *find(keyrings, keyring->tag, id_of(keyring)) = keyring->next;
        unlink_age(keyrings, keyring);
        keyrings->count--;
        keyring->next = taken;
        taken = keyring;
    }
    return taken;
}

/* ---- Joining and leaving. Without the lock ---- */

static void leave_all(struct organization_keyring *taken)
{
    while (taken != NULL) {
        struct organization_keyring *keyring = taken;
        taken = keyring->next;
        shared_keyring_leave(&keyring->user);
        free(keyring);
    }
}

static bool join_file(struct organization_keyring *keyring, struct vault_failure *failure)
{
    char path[PATH_MAX];
    const struct organization_keyrings *keyrings = keyring->keyrings;
    if (!tenant_template_fill(keyrings->pattern, id_of(keyring), path, sizeof path))
        return vault_fail(failure, "the path of its keyring is too long; shorten '%.200s'",
                          keyrings->pattern);
    return shared_keyring_join(&keyring->user, path, keyrings->pool, failure);
}

static struct organization_keyring *join(struct organization_keyrings *keyrings, uint32_t tag,
                                         struct text id, struct vault_failure *failure)
{
    struct organization_keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring == NULL) {
        vault_fail_no_memory(failure);
        return NULL;
    }
    keyring->keyrings = keyrings;
    keyring->tag = tag;
    tenant_id_set(&keyring->id, id);
    keyring->user = (struct keyring_user){.log = tell,
                                          .user = keyring,
                                          .audience = keyrings->audience,
                                          .requires_file = true};
    if (join_file(keyring, failure))
        return keyring;
    free(keyring);
    return NULL;
}

/* Enters the new one, or one that another thread has joined meanwhile. */
static struct organization_keyring *add(struct organization_keyrings *keyrings,
                                        struct organization_keyring *joined)
{
    struct organization_keyring *unused = joined;
    pthread_mutex_lock(&keyrings->lock);
    struct organization_keyring *keyring = enter(keyrings, joined->tag, id_of(joined));
    if (keyring == NULL) {
        keyring = joined;
        keyring->inside = 1;
        *find(keyrings, keyring->tag, id_of(keyring)) = keyring;
        make_newest(keyrings, keyring);
        keyrings->count++;
        unused = take_oldest(keyrings, 0, ORGANIZATION_KEYRINGS);
    }
    pthread_mutex_unlock(&keyrings->lock);
    leave_all(unused);
    job_wake_after(&keyrings->sweeper, DELAY_WATCH); /* The clock runs: the watch is on it. */
    return keyring;
}

static void sweep(struct job *job)
{
    struct organization_keyrings *keyrings =
        (struct organization_keyrings *)((char *)job -
                                         offsetof(struct organization_keyrings, sweeper));
    const uint64_t age = ORGANIZATION_KEYRING_SECONDS * UINT64_C(1000000000);
    const uint64_t now = monotonic_now();
    pthread_mutex_lock(&keyrings->lock);
    struct organization_keyring *idle = take_oldest(keyrings, now < age ? 0 : now - age,
                                                    ORGANIZATION_KEYRINGS);
    const bool some = keyrings->count > 0;
    pthread_mutex_unlock(&keyrings->lock);
    leave_all(idle);
    if (some)
        job_wake_after(job, DELAY_WATCH);
}

/* ---- All of them ---- */

void organization_keyrings_init(struct organization_keyrings *keyrings, const char *pattern,
                                struct pool *pool, vault_log_fn log, void *user,
                                const void *audience)
{
    *keyrings = (struct organization_keyrings){
        .pattern = pattern, .pool = pool, .log = log, .user = user, .audience = audience};
    pthread_mutex_init(&keyrings->lock, NULL);
    job_init(&keyrings->sweeper, pool, sweep);
}

void organization_keyrings_finish(struct organization_keyrings *keyrings)
{
    if (keyrings->pattern == NULL)
        return;
    job_stop(&keyrings->sweeper);
    leave_all(take_oldest(keyrings, UINT64_MAX, 0));
    pthread_mutex_destroy(&keyrings->lock);
    keyrings->pattern = NULL;
}

static struct organization_keyring *enter_or_join(struct organization_keyrings *keyrings,
                                                  struct text id)
{
    struct vault_failure failure;
    char message[640];
    const uint32_t tag = organization_tag(id);
    pthread_mutex_lock(&keyrings->lock);
    struct organization_keyring *keyring = enter(keyrings, tag, id);
    pthread_mutex_unlock(&keyrings->lock);
    if (keyring != NULL)
        return keyring;
    if ((keyring = join(keyrings, tag, id, &failure)) != NULL)
        return add(keyrings, keyring);
    snprintf(message, sizeof message, "tokens can't be checked: %s", failure.message);
    complain(keyrings, id, message);
    return NULL;
}

struct vault_keyring *organization_keyrings_current(struct organization_keyrings *keyrings,
                                                    struct text organization_id)
{
    struct organization_keyring *keyring = enter_or_join(keyrings, organization_id);
    if (keyring == NULL)
        return NULL;
    struct vault_keyring *current = shared_keyring_current(&keyring->user);
    pthread_mutex_lock(&keyrings->lock);
    keyring->inside--;
    pthread_mutex_unlock(&keyrings->lock);
    return current;
}

static const char *state_of(const struct organization_keyring *keyring)
{
    if (shared_keyring_is_doubtful(&keyring->user))
        return "failed";
    return shared_keyring_is_outdated(&keyring->user) ? "outdated" : "current";
}

void organization_keyrings_count(struct organization_keyrings *keyrings,
                                 struct state_counts *counts)
{
    if (keyrings->pattern == NULL)
        return;
    pthread_mutex_lock(&keyrings->lock);
    for (const struct organization_keyring *each = keyrings->newest; each != NULL;
         each = each->older)
        state_counts_add(counts, state_of(each));
    pthread_mutex_unlock(&keyrings->lock);
}
