// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/listing.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "plugin/store/tenants/file_age.h"

void listing_init(struct listing *listing, const char *root, const struct store_options *options)
{
    *listing = (struct listing){.root = root, .user = options->user, .log = options->log};
    organization_key_init(&listing->key);
}

static void free_shelf(struct kept_shelf *kept)
{
    if (kept == NULL)
        return;
    pthread_mutex_destroy(&kept->lock);
    free(kept->shelf.entries);
    free(kept);
}

void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < sizeof listing->shelves / sizeof listing->shelves[0]; i++)
        free_shelf(atomic_load(&listing->shelves[i]));
}

/* ---- The folders ---- */

struct shelf_path {
    char text[PATH_MAX];
};

static struct shelf_path path_of(const struct listing *listing, uint32_t tag)
{
    struct shelf_path path;
    snprintf(path.text, sizeof path.text, "%s/%02x", listing->root, tag >> 16);
    return path;
}

/* When the folder was changed; 0 if there is none. False if that can't be told. */
static bool time_of(const struct shelf_path *path, struct timespec *ret_changed)
{
    struct stat found;
    *ret_changed = (struct timespec){0};
    if (stat(path->text, &found) != 0)
        return errno == ENOENT;
    *ret_changed = found.st_mtim;
    return true;
}

/* Says once what else is there, and leaves it alone. */
static void name_stranger(struct listing *listing, const struct shelf_path *path, const char *name)
{
    char message[PATH_MAX + 400];
    if (name[0] == '.' || atomic_exchange(&listing->named, true))
        return;
    snprintf(message, sizeof message,
             "database.root: '%s/%.255s' is not the name of an organization's folder, and is left "
             "alone; so is all else of that kind",
             path->text, name);
    listing->log(listing->user, GQL_LOG_WARNING, message);
}

static bool put(const struct listing *listing, struct shelf *shelf, size_t *capacity,
                const struct tenant_id *id)
{
    if (shelf->count == *capacity) {
        const size_t more = *capacity == 0 ? 8 : *capacity * 2;
        struct listed *entries = realloc(shelf->entries, more * sizeof *entries);
        if (entries == NULL)
            return false;
        shelf->entries = entries;
        *capacity = more;
    }
    shelf->entries[shelf->count++] = (struct listed){
        .hash = organization_hash(&listing->key, tenant_id_text(id)),
        .tag = organization_tag(tenant_id_text(id)),
        .id = *id,
    };
    return true;
}

/* Returns 0, or why not (errno). */
static int list(struct listing *listing, const struct shelf_path *path, struct shelf *shelf)
{
    size_t capacity = 0;
    struct tenant_id id;
    struct dirent *entry;
    DIR *folder = opendir(path->text);
    if (folder == NULL)
        return errno == ENOENT ? 0 : errno;
    int error = 0;
    while (error == 0 && (errno = 0, entry = readdir(folder)) != NULL) {
        if (!tenant_name_read(entry->d_name, &id))
            name_stranger(listing, path, entry->d_name);
        else if (!put(listing, shelf, &capacity, &id))
            error = ENOMEM;
    }
    if (error == 0)
        error = errno;
    closedir(folder);
    return error;
}

static int compare_tags(const void *left, const void *right)
{
    const uint32_t one = ((const struct listed *)left)->tag;
    const uint32_t other = ((const struct listed *)right)->tag;
    return (one > other) - (one < other);
}

/* ---- The shelves ---- */

/* NULL: it was never listed. */
static struct kept_shelf *shelf_of(struct listing *listing, uint32_t tag)
{
    return atomic_load(&listing->shelves[tag >> 16]);
}

/* NULL: memory ran out. */
static struct kept_shelf *make_shelf(struct listing *listing, uint32_t tag)
{
    struct kept_shelf *earlier = shelf_of(listing, tag);
    struct kept_shelf *made = earlier == NULL ? calloc(1, sizeof *made) : NULL;
    if (made == NULL)
        return earlier;
    pthread_mutex_init(&made->lock, NULL);
    if (atomic_compare_exchange_strong(&listing->shelves[tag >> 16], &earlier, made))
        return made;
    free_shelf(made);
    return earlier;
}

static uint64_t begin(struct kept_shelf *kept)
{
    pthread_mutex_lock(&kept->lock);
    const uint64_t now = ++kept->now;
    pthread_mutex_unlock(&kept->lock);
    return now;
}

/* What began to be listed later knows more. */
static void replace(struct listing *listing, struct kept_shelf *kept, struct shelf *fresh)
{
    struct listed *outdated = fresh->entries;
    pthread_mutex_lock(&kept->lock);
    if (fresh->listed > kept->shelf.listed) {
        outdated = kept->shelf.entries;
        fresh->forgotten = kept->shelf.forgotten;
        kept->shelf = *fresh;
        atomic_fetch_add(&listing->changes, 1);
    }
    pthread_mutex_unlock(&kept->lock);
    free(outdated);
}

/* ---- Finding ---- */

/* The first entry that has the tag, or a higher one. */
static size_t lower_bound(const struct shelf *shelf, uint32_t tag)
{
    size_t low = 0, high = shelf->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (shelf->entries[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool admits(const struct store_read *read, const struct tenant_id *id)
{
    return read == NULL || read->admits == NULL || read->admits(read, tenant_id_text(id));
}

unsigned long listing_changes(const struct listing *listing)
{
    return atomic_load(&listing->changes);
}

bool listing_find(struct listing *listing, uint32_t tag, const struct store_read *read,
                  struct organizations *organizations)
{
    bool added = true;
    struct kept_shelf *kept = shelf_of(listing, tag);
    if (kept == NULL)
        return true;
    pthread_mutex_lock(&kept->lock);
    const struct shelf *shelf = &kept->shelf;
    for (size_t i = lower_bound(shelf, tag);
         i < shelf->count && shelf->entries[i].tag == tag && added; i++) {
        if (admits(read, &shelf->entries[i].id))
            added = organizations_add(organizations, &shelf->entries[i]);
    }
    pthread_mutex_unlock(&kept->lock);
    return added;
}

/* A name in the folder of another first byte is nobody's. */
bool listing_copy(struct listing *listing, uint32_t tag, struct listed **ret_entries,
                  size_t *ret_count)
{
    size_t count = 0;
    struct kept_shelf *kept = shelf_of(listing, tag);
    pthread_mutex_lock(&kept->lock);
    const struct shelf *shelf = &kept->shelf;
    struct listed *entries = malloc((shelf->count + 1) * sizeof *entries);
    for (size_t i = 0; i < shelf->count && entries != NULL; i++) {
        if (shelf->entries[i].tag >> 16 == tag >> 16)
            entries[count++] = shelf->entries[i];
    }
    pthread_mutex_unlock(&kept->lock);
    *ret_entries = entries;
    *ret_count = count;
    return entries != NULL;
}

static bool is_of_time(const struct shelf *shelf, const struct timespec *changed)
{
    return shelf->listed > shelf->forgotten && !shelf->young &&
           changed->tv_sec == shelf->changed.tv_sec && changed->tv_nsec == shelf->changed.tv_nsec;
}

bool listing_is_outdated(struct listing *listing, uint32_t tag)
{
    struct timespec changed;
    const struct shelf_path path = path_of(listing, tag);
    struct kept_shelf *kept = shelf_of(listing, tag);
    if (kept == NULL || !time_of(&path, &changed))
        return true;
    pthread_mutex_lock(&kept->lock);
    const bool outdated = !is_of_time(&kept->shelf, &changed);
    pthread_mutex_unlock(&kept->lock);
    return outdated;
}

enum store_status listing_refresh(struct listing *listing, uint32_t tag,
                                  struct store_detail *detail)
{
    const struct shelf_path path = path_of(listing, tag);
    struct kept_shelf *kept = make_shelf(listing, tag);
    if (kept == NULL)
        return STORE_NO_MEMORY;
    struct shelf fresh = {.listed = begin(kept)};
    int error = time_of(&path, &fresh.changed) ? list(listing, &path, &fresh) : errno;
    if (error != 0) {
        snprintf(detail->text, sizeof detail->text, "database.root: '%.150s' can't be listed: %s",
                 path.text, strerrordesc_np(error));
        free(fresh.entries);
        return error == ENOMEM                      ? STORE_NO_MEMORY
               : error == EMFILE || error == ENFILE ? STORE_SHORTAGE
                                                    : STORE_STOPPED;
    }
    if (fresh.count > 1)
        qsort(fresh.entries, fresh.count, sizeof *fresh.entries, compare_tags);
    fresh.young = file_is_young(&fresh.changed);
    replace(listing, kept, &fresh);
    return STORE_OK;
}

/* A shelf that was never listed has nothing to forget: who lists it from now on sees the folder. */
void listing_forget(struct listing *listing, uint32_t tag)
{
    struct kept_shelf *kept = shelf_of(listing, tag);
    if (kept == NULL)
        return;
    pthread_mutex_lock(&kept->lock);
    kept->shelf.forgotten = ++kept->now;
    pthread_mutex_unlock(&kept->lock);
}

/* The caller holds the lock. */
static bool keep(struct shelf *shelf, const struct listed *known)
{
    size_t i = lower_bound(shelf, known->tag);
    while (i < shelf->count && shelf->entries[i].tag == known->tag &&
           !listed_is(&shelf->entries[i], known))
        i++;
    if (i < shelf->count && shelf->entries[i].tag == known->tag)
        return true;
    struct listed *entries = realloc(shelf->entries, (shelf->count + 1) * sizeof *entries);
    if (entries == NULL)
        return false;
    memmove(entries + i + 1, entries + i, (shelf->count - i) * sizeof *entries);
    entries[i] = *known;
    shelf->entries = entries;
    shelf->count++;
    return true;
}

bool listing_keep(struct listing *listing, const struct listed *known)
{
    struct kept_shelf *kept = make_shelf(listing, known->tag);
    if (kept == NULL)
        return false;
    pthread_mutex_lock(&kept->lock);
    const bool done = keep(&kept->shelf, known);
    atomic_fetch_add(&listing->changes, 1);
    pthread_mutex_unlock(&kept->lock);
    return done;
}
