// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "vault/file.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"

enum { CHECK_INTERVAL_MS = 200 };

/* Identifies one state of a file. All zero if the file can't be examined. */
struct file_state {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

struct vault_keyring_source {
    char *path;
    vault_log_fn log;
    void *user;
    pthread_mutex_t lock; /* Guards the members below. */
    struct vault_keyring *current;
    struct file_state state; /* Of the last read, successful or not. */
    int64_t checked_ms;      /* CLOCK_MONOTONIC */
};

static struct file_state read_state(const char *path)
{
    struct stat status;
    struct file_state state;
    memset(&state, 0, sizeof state);
    if (stat(path, &status) != 0)
        return state;
    state.device = status.st_dev;
    state.inode = status.st_ino;
    state.size = status.st_size;
    state.modified = status.st_mtim;
    state.changed = status.st_ctim;
    return state;
}

static bool same_state(const struct file_state *a, const struct file_state *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static bool load(const char *path, struct vault_keyring **ret_keyring,
                 struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    struct vault_failure why;
    if (!vault_file_read(path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    const bool parsed = vault_keyring_parse(text, size, ret_keyring, &why);
    free(text);
    return parsed || vault_fail(failure, "'%.200s': %.300s", path, why.message);
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool vault_keyring_source_open(const char *path, vault_log_fn log, void *user,
                               struct vault_keyring_source **ret_source,
                               struct vault_failure *failure)
{
    struct vault_keyring *keyring = NULL;
    const struct file_state state = read_state(path);
    if (!load(path, &keyring, failure))
        return false;
    struct vault_keyring_source *source = calloc(1, sizeof *source);
    char *copy = strdup(path);
    if (source == NULL || copy == NULL) {
        free(source);
        free(copy);
        vault_keyring_release(&keyring);
        return vault_fail(failure, "out of memory");
    }
    *source = (struct vault_keyring_source){.path = copy,
                                            .log = log,
                                            .user = user,
                                            .current = keyring,
                                            .state = state,
                                            .checked_ms = monotonic_ms()};
    pthread_mutex_init(&source->lock, NULL);
    *ret_source = source;
    return true;
}

void vault_keyring_source_close(struct vault_keyring_source **source)
{
    if (*source == NULL)
        return;
    vault_keyring_release(&(*source)->current);
    pthread_mutex_destroy(&(*source)->lock);
    free((*source)->path);
    free(*source);
    *source = NULL;
}

static void say(const struct vault_keyring_source *source, enum vault_log_level level,
                const char *message)
{
    if (source->log != NULL)
        source->log(source->user, level, message);
}

/* Call with the lock held. */
static void reload(struct vault_keyring_source *source)
{
    struct vault_keyring *keyring = NULL;
    struct vault_failure failure;
    char message[640];
    if (load(source->path, &keyring, &failure)) {
        vault_keyring_release(&source->current);
        source->current = keyring;
        snprintf(message, sizeof message, "the keyring was reloaded: it has %zu keys",
                 keyring->key_count);
        say(source, VAULT_LOG_INFO, message);
    } else {
        snprintf(message, sizeof message, "the previous keyring stays in use: %s", failure.message);
        say(source, VAULT_LOG_WARNING, message);
    }
}

struct vault_keyring *vault_keyring_source_current(struct vault_keyring_source *source)
{
    pthread_mutex_lock(&source->lock);
    const int64_t now = monotonic_ms();
    if (now - source->checked_ms >= CHECK_INTERVAL_MS) {
        const struct file_state state = read_state(source->path);
        source->checked_ms = now;
        if (!same_state(&state, &source->state)) {
            source->state = state;
            reload(source);
        }
    }
    struct vault_keyring *keyring = source->current;
    atomic_fetch_add(&keyring->references, 1);
    pthread_mutex_unlock(&source->lock);
    return keyring;
}
