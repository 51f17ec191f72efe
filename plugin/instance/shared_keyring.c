// SPDX-License-Identifier: MIT
#include "plugin/instance/shared_keyring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "vault/process_lock.h"

struct shared_keyring {
    struct shared_keyring *next;
    size_t references; /* Users, and the watch while it looks at it. */
    struct vault_keyring_source *source;
    pthread_mutex_t lock; /* Guards the users. It is taken with the source locked. */
    struct keyring_user *users;
    bool requires_file;
    char path[];
};

/* A keyring is in the list while somebody refers to it, so that the watch can go on from it. */
static struct vault_process_lock lock; /* Guards what follows. */
static struct {
    struct shared_keyring *first;
    size_t users;
    struct job *watch; /* NULL without users. */
} all;

/* ---- A keyring ---- */

static bool is_first_of_audience(const struct shared_keyring *keyring,
                                 const struct keyring_user *user)
{
    const struct keyring_user *first = keyring->users;
    while (first->audience != user->audience)
        first = first->next;
    return first == user;
}

static void tell(void *argument, enum vault_log_level level, const char *message)
{
    struct shared_keyring *keyring = argument;
    pthread_mutex_lock(&keyring->lock);
    for (struct keyring_user *user = keyring->users; user != NULL; user = user->next) {
        if (is_first_of_audience(keyring, user))
            user->log(user->user, level, message);
    }
    pthread_mutex_unlock(&keyring->lock);
}

static void add_user(struct shared_keyring *keyring, struct keyring_user *user)
{
    pthread_mutex_lock(&keyring->lock);
    user->keyring = keyring;
    user->next = keyring->users;
    user->place = &keyring->users;
    if (user->next != NULL)
        user->next->place = &user->next;
    keyring->users = user;
    pthread_mutex_unlock(&keyring->lock);
}

static void remove_user(struct shared_keyring *keyring, struct keyring_user *user)
{
    pthread_mutex_lock(&keyring->lock);
    *user->place = user->next;
    if (user->next != NULL)
        user->next->place = user->place;
    user->keyring = NULL;
    pthread_mutex_unlock(&keyring->lock);
}

static void close_keyring(struct shared_keyring *keyring)
{
    vault_keyring_source_close(&keyring->source);
    pthread_mutex_destroy(&keyring->lock);
    free(keyring);
}

static struct shared_keyring *open_keyring(const char *path, bool requires_file,
                                           struct vault_failure *failure)
{
    struct shared_keyring *keyring = calloc(1, sizeof *keyring + strlen(path) + 1);
    if (keyring == NULL) {
        vault_fail_no_memory(failure);
        return NULL;
    }
    strcpy(keyring->path, path);
    keyring->requires_file = requires_file;
    pthread_mutex_init(&keyring->lock, NULL);
    if (!vault_keyring_source_open(path, tell, keyring, &keyring->source, failure)) {
        close_keyring(keyring);
        return NULL;
    }
    if (requires_file)
        vault_keyring_source_require_file(keyring->source);
    return keyring;
}

/* ---- The list ---- */

static bool is_for(const struct shared_keyring *keyring, const char *path, bool requires_file)
{
    return keyring->requires_file == requires_file && strcmp(keyring->path, path) == 0;
}

/* The place in the list of the path's keyring, or of the end. Call with the lock held. */
static struct shared_keyring **find(const char *path, bool requires_file)
{
    struct shared_keyring **place = &all.first;
    while (*place != NULL && !is_for(*place, path, requires_file))
        place = &(*place)->next;
    return place;
}

/* Refers to the path's keyring, which becomes `opened` if there is none. NULL: there is none. */
static struct shared_keyring *refer(const char *path, bool requires_file,
                                    struct shared_keyring *opened)
{
    if (vault_process_lock_take(&lock))
        memset(&all, 0, sizeof all); /* The parent's: its watch does not run here. */
    struct shared_keyring **place = find(path, requires_file), *keyring;
    if (*place == NULL)
        *place = opened;
    keyring = *place;
    if (keyring != NULL)
        keyring->references++;
    vault_process_lock_give(&lock);
    return keyring;
}

static void drop(struct shared_keyring *keyring)
{
    vault_process_lock_take(&lock);
    const bool last = --keyring->references == 0;
    if (last)
        *find(keyring->path, keyring->requires_file) = keyring->next;
    vault_process_lock_give(&lock);
    if (last)
        close_keyring(keyring);
}

/* Files are read without the lock: one that hangs holds up nobody who uses another. */
static struct shared_keyring *share(const char *path, bool requires_file,
                                    struct vault_failure *failure)
{
    struct shared_keyring *keyring = refer(path, requires_file, NULL);
    if (keyring != NULL)
        return keyring;
    struct shared_keyring *opened = open_keyring(path, requires_file, failure);
    if (opened == NULL)
        return NULL;
    keyring = refer(path, requires_file, opened);
    if (keyring != opened)
        close_keyring(opened);
    return keyring;
}

/* ---- The watch ---- */

/* Drops `former`, and refers to the one after it; NULL stands for the beginning and the end. */
static struct shared_keyring *next_of(struct shared_keyring *former)
{
    vault_process_lock_take(&lock);
    struct shared_keyring *next = former == NULL ? all.first : former->next;
    if (next != NULL)
        next->references++;
    vault_process_lock_give(&lock);
    if (former != NULL)
        drop(former);
    return next;
}

static void look_at_all(struct job *watch)
{
    struct shared_keyring *keyring = NULL;
    while ((keyring = next_of(keyring)) != NULL)
        vault_keyring_source_look(keyring->source);
    job_wake_after(watch, DELAY_WATCH); /* The clock runs, or we would not be here. */
}

static void end_watch(struct job *watch)
{
    job_stop(watch);
    free(watch);
}

static struct job *start_watch(struct pool *pool)
{
    struct job *watch = malloc(sizeof *watch);
    if (watch == NULL)
        return NULL;
    job_init(watch, pool, look_at_all);
    if (job_wake_after(watch, DELAY_WATCH))
        return watch;
    end_watch(watch);
    return NULL;
}

static bool join_watch(struct pool *pool)
{
    vault_process_lock_take(&lock);
    if (all.watch == NULL)
        all.watch = start_watch(pool);
    const bool watched = all.watch != NULL;
    all.users += watched;
    vault_process_lock_give(&lock);
    return watched;
}

static void leave_watch(void)
{
    struct job *idle = NULL;
    vault_process_lock_take(&lock);
    if (--all.users == 0) {
        idle = all.watch;
        all.watch = NULL;
    }
    vault_process_lock_give(&lock);
    if (idle != NULL)
        end_watch(idle); /* Without the lock, which the watch may want. */
}

/* ---- Users ---- */

bool shared_keyring_join(struct keyring_user *user, const char *path, struct pool *pool,
                         struct vault_failure *failure)
{
    struct shared_keyring *keyring = share(path, user->requires_file, failure);
    if (keyring == NULL)
        return false;
    if (!join_watch(pool)) {
        drop(keyring);
        return vault_fail_no_memory(failure);
    }
    add_user(keyring, user);
    vault_keyring_source_look(keyring->source);
    return true;
}

void shared_keyring_leave(struct keyring_user *user)
{
    struct shared_keyring *keyring = user->keyring;
    if (keyring == NULL)
        return;
    remove_user(keyring, user);
    drop(keyring);
    leave_watch();
}

struct vault_keyring *shared_keyring_current(const struct keyring_user *user)
{
    return vault_keyring_source_current(user->keyring->source);
}

void shared_keyring_facts(const struct keyring_user *user, struct vault_keyring_facts *ret_facts)
{
    vault_keyring_source_facts(user->keyring->source, ret_facts);
}

bool shared_keyring_is_doubtful(const struct keyring_user *user)
{
    return user->keyring != NULL && vault_keyring_source_is_doubtful(user->keyring->source);
}

bool shared_keyring_is_outdated(const struct keyring_user *user)
{
    return user->keyring != NULL && vault_keyring_source_is_outdated(user->keyring->source);
}
