// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "vault/file.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"

enum {
    LOOK_INTERVAL_MS = 200,
    /*
     * Two changes within one tick of the file system's clock leave the same state if the size is
     * the same. So a file is read again until its state is older than the coarsest tick.
     */
    SETTLE_MS = 2500,
    REPEAT_MS = 60000, /* A failure that lasts is logged again after so long. */
};

/* Identifies one state of a file. All zero if the file is missing. */
struct file_state {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

struct digest {
    unsigned char bytes[crypto_generichash_BYTES];
};

struct vault_keyring_source {
    char *path;
    vault_log_fn log;
    void *user;
    bool requires_file;
    pthread_mutex_t lock; /* Guards the members below. */
    struct vault_keyring *current;
    /* The file may have changed, but could not be read since: `current` may be out of date. */
    atomic_bool doubtful; /* Changed with the lock held; any thread reads it. */
    int64_t doubt_logged_ms;
    /* The file is missing or no keyring, so that `current` is a previous one. Likewise. */
    atomic_bool outdated;
    /* Of `current`. Likewise. */
    _Atomic int64_t read_ms;
    atomic_size_t keys[VAULT_KEYRING_STATES];
    bool judged_good;
    struct file_state state; /* Of the last look. */
    int64_t state_since_ms;
    struct digest judged; /* Of the text that was last read, be it a keyring or not. */
    int64_t looked_ms;    /* All times are CLOCK_MONOTONIC. */
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- What the file looks like ---- */

/* False if the file can't be examined for now. */
static bool examine(const char *path, struct file_state *ret_state, struct vault_failure *failure)
{
    struct stat status;
    memset(ret_state, 0, sizeof *ret_state);
    if (stat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR ||
               vault_fail_for_now(failure, "'%.300s' can't be examined: %s", path, strerror(errno));
    ret_state->device = status.st_dev;
    ret_state->inode = status.st_ino;
    ret_state->size = status.st_size;
    ret_state->modified = status.st_mtim;
    ret_state->changed = status.st_ctim;
    return true;
}

static bool is_missing(const struct file_state *state)
{
    return state->inode == 0;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_state(const struct file_state *a, const struct file_state *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

/* ---- What the operator hears ---- */

static void say(const struct vault_keyring_source *source, enum vault_log_level level,
                const char *message)
{
    if (source->log != NULL)
        source->log(source->user, level, message);
}

static void warn(const struct vault_keyring_source *source, const char *consequence,
                 const struct vault_failure *why)
{
    char message[640];
    snprintf(message, sizeof message, "%s: %s", consequence, why->message);
    say(source, VAULT_LOG_WARNING, message);
}

static void doubt(struct vault_keyring_source *source, int64_t now, const struct vault_failure *why)
{
    const bool news = !source->doubtful || now - source->doubt_logged_ms >= REPEAT_MS;
    source->doubtful = true;
    if (!news)
        return;
    warn(source, "tokens can't be checked until the keyring can be read", why);
    source->doubt_logged_ms = now;
}

static void settle_doubt(struct vault_keyring_source *source)
{
    if (source->doubtful)
        say(source, VAULT_LOG_INFO, "the keyring can be read again");
    source->doubtful = false;
}

/* ---- Looking: call with the lock held ---- */

static void keep_previous(struct vault_keyring_source *source, const struct vault_failure *why)
{
    source->outdated = true;
    warn(source, "the previous keyring stays in use", why);
}

const char *const vault_keyring_states[VAULT_KEYRING_STATES] = {
#define VAULT_KEY_STATE_TEXT(constant, text) text,
    VAULT_KEY_STATES(VAULT_KEY_STATE_TEXT)
#undef VAULT_KEY_STATE_TEXT
};

static void note_facts(struct vault_keyring_source *source)
{
    size_t keys[VAULT_KEYRING_STATES] = {0};
    for (size_t i = 0; i < source->current->key_count; i++)
        keys[source->current->keys[i].state]++;
    for (size_t i = 0; i < VAULT_KEYRING_STATES; i++)
        atomic_store(&source->keys[i], keys[i]);
    atomic_store(&source->read_ms, monotonic_ms());
}

static void replace(struct vault_keyring_source *source, struct vault_keyring *keyring)
{
    char message[96];
    source->outdated = false;
    vault_keyring_release(&source->current);
    source->current = keyring;
    note_facts(source);
    snprintf(message, sizeof message, "the keyring was reloaded; keys: %zu", keyring->key_count);
    say(source, VAULT_LOG_INFO, message);
}

/* A text that was judged before, right or wrong, is no news. */
static void judge(struct vault_keyring_source *source, int64_t now, const char *text, size_t size)
{
    struct vault_keyring *keyring = NULL;
    struct vault_failure failure, why;
    struct digest digest;
    crypto_generichash(digest.bytes, sizeof digest, (const unsigned char *)text, size, NULL, 0);
    if (memcmp(&digest, &source->judged, sizeof digest) == 0) {
        settle_doubt(source);
        source->outdated = !source->judged_good;
        return;
    }
    const bool parsed = vault_keyring_parse(text, size, &keyring, &why) ||
                        vault_fail_at(&failure, source->path, &why);
    if (!parsed && failure.temporary) {
        doubt(source, now, &failure);
        return;
    }
    settle_doubt(source);
    source->judged = digest;
    source->judged_good = parsed;
    if (parsed)
        replace(source, keyring);
    else
        keep_previous(source, &failure);
}

static void look(struct vault_keyring_source *source, int64_t now)
{
    struct file_state state;
    struct vault_failure failure;
    char *text = NULL;
    size_t size = 0;
    source->looked_ms = now;
    if (!examine(source->path, &state, &failure)) {
        doubt(source, now, &failure);
        return;
    }
    const bool changed = !same_state(&state, &source->state);
    if (changed)
        source->state_since_ms = now;
    source->state = state;
    if (!changed && !source->doubtful && now - source->state_since_ms > SETTLE_MS)
        return;
    if (vault_file_read(source->path, VAULT_KEYRING_LIMIT, &text, &size, &failure))
        judge(source, now, text, size);
    else if (failure.temporary || (source->requires_file && is_missing(&state)))
        doubt(source, now, &failure);
    else if (changed)
        keep_previous(source, &failure);
    free(text);
}

/* ---- The source ---- */

static bool open_first(struct vault_keyring_source *source, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    struct vault_failure why;
    if (!examine(source->path, &source->state, failure) ||
        !vault_file_read(source->path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    const bool parsed = vault_keyring_parse(text, size, &source->current, &why);
    crypto_generichash(source->judged.bytes, sizeof source->judged, (const unsigned char *)text,
                       size, NULL, 0);
    free(text);
    source->judged_good = parsed;
    if (parsed)
        note_facts(source);
    return parsed || vault_fail_at(failure, source->path, &why);
}

bool vault_keyring_source_open(const char *path, vault_log_fn log, void *user,
                               struct vault_keyring_source **ret_source,
                               struct vault_failure *failure)
{
    struct vault_keyring_source *source = calloc(1, sizeof *source);
    char *copy = strdup(path);
    if (source == NULL || copy == NULL) {
        free(source);
        free(copy);
        return vault_fail_no_memory(failure);
    }
    const int64_t now = monotonic_ms();
    *source = (struct vault_keyring_source){
        .path = copy, .log = log, .user = user, .state_since_ms = now, .looked_ms = now};
    pthread_mutex_init(&source->lock, NULL);
    if (open_first(source, failure)) {
        *ret_source = source;
        return true;
    }
    vault_keyring_source_close(&source);
    return false;
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

void vault_keyring_source_require_file(struct vault_keyring_source *source)
{
    source->requires_file = true;
}

void vault_keyring_source_look(struct vault_keyring_source *source)
{
    pthread_mutex_lock(&source->lock);
    look(source, monotonic_ms());
    pthread_mutex_unlock(&source->lock);
}

struct vault_keyring *vault_keyring_source_current(struct vault_keyring_source *source)
{
    pthread_mutex_lock(&source->lock);
    const int64_t now = monotonic_ms();
    if (now - source->looked_ms >= LOOK_INTERVAL_MS)
        look(source, now);
    struct vault_keyring *keyring = source->doubtful ? NULL : source->current;
    if (keyring != NULL)
        atomic_fetch_add(&keyring->references, 1);
    pthread_mutex_unlock(&source->lock);
    return keyring;
}

bool vault_keyring_source_is_doubtful(const struct vault_keyring_source *source)
{
    return atomic_load(&source->doubtful);
}

bool vault_keyring_source_is_outdated(const struct vault_keyring_source *source)
{
    return atomic_load(&source->outdated);
}

void vault_keyring_source_facts(const struct vault_keyring_source *source,
                                struct vault_keyring_facts *ret_facts)
{
    ret_facts->age_ms = monotonic_ms() - atomic_load(&source->read_ms);
    for (size_t i = 0; i < VAULT_KEYRING_STATES; i++)
        ret_facts->keys[i] = atomic_load(&source->keys[i]);
}
