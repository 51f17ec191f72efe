// SPDX-License-Identifier: MIT
/*
 * Which organizations have a folder below a root, by the tags of their IDs: where an ID leads. The
 * folders of one first byte (tenant_path.h) are listed when an ID with that byte is not found, and
 * again when they have changed. Any thread.
 */
#ifndef PLUGIN_STORE_TENANTS_LISTING_H
#define PLUGIN_STORE_TENANTS_LISTING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "plugin/base/organization.h"
#include "plugin/store/store.h"
#include "plugin/store/tenants/organizations.h"

/* The organizations with one first byte. */
struct shelf {
    uint64_t listed;    /* When that began, as a number of `now`; 0: never. */
    uint64_t forgotten; /* When a folder was made. */
    bool young; /* It had just changed when it was listed: more may have changed in that instant. */
    struct timespec changed; /* The folder's time when it was listed; 0: there was none. */
    struct listed *entries;  /* By their tags. */
    size_t count;
};

/* One that was looked for. */
struct kept_shelf {
    pthread_mutex_t lock; /* Guards the members below. */
    uint64_t now;         /* Counts what has begun or happened. */
    struct shelf shelf;
};

struct listing {
    const char *root;
    struct organization_key key; /* Of the root's tables. */
    void *user;                  /* For the log. */
    void (*log)(void *user, uint32_t level, const char *message);
    _Atomic(struct kept_shelf *) shelves[256]; /* NULL: it was never listed. */
    atomic_ulong changes;                      /* Counts those of shelves. */
    atomic_bool named; /* The log has named something that is no organization's folder. */
};

/* The root, and what the options have for the log, must outlive the listing. */
void listing_init(struct listing *listing, const char *root, const struct store_options *options);
void listing_finish(struct listing *listing);

/* Another number than before if something can be found that could not be then. */
unsigned long listing_changes(const struct listing *listing);

/*
 * Appends the organizations with that tag which the read admits and which are not in the list yet;
 * `read` NULL: all. False if memory ran out.
 */
bool listing_find(struct listing *listing, uint32_t tag, const struct store_read *read,
                  struct organizations *organizations);

/*
 * A copy of what is on the tag's shelf, which was listed; the caller frees it. False if memory ran
 * out.
 */
bool listing_copy(struct listing *listing, uint32_t tag, struct listed **ret_entries,
                  size_t *ret_count);

/*
 * Whether the shelf's folders may have changed since they were listed: listing_refresh then. It is
 * a system call: for who did not find what it looks for.
 */
bool listing_is_outdated(struct listing *listing, uint32_t tag);

/* Lists the shelf's folders anew. It may wait for a disk. */
enum store_status listing_refresh(struct listing *listing, uint32_t tag,
                                  struct store_detail *detail);

/*
 * The organization exists, whatever its shelf's folders say, until they are listed anew. False if
 * memory ran out.
 */
bool listing_keep(struct listing *listing, const struct listed *known);

/* A folder was made by this instance: what began to be listed before is outdated. */
void listing_forget(struct listing *listing, uint32_t tag);

#endif
