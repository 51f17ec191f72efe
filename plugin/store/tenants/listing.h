// SPDX-License-Identifier: MIT
/*
 * Which organizations have a folder below a root, by the tags of their IDs: where an ID leads. The
 * folders of one first byte (tenant_path.h) are listed when an ID with that byte is asked for, and
 * again when they have changed. Any thread.
 */
#ifndef PLUGIN_STORE_TENANTS_LISTING_H
#define PLUGIN_STORE_TENANTS_LISTING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "plugin/base/tenant_name.h"
#include "plugin/store/store.h"

/* The organizations with one first byte. */
struct shelf {
    bool known;
    bool young; /* It had just changed when it was listed: more may have changed in that instant. */
    struct timespec changed; /* The folder's time when it was listed; 0: there was none. */
    uint64_t looked_at;      /* CLOCK_MONOTONIC, nanoseconds. */
    struct shelf_entry *entries;
    size_t count;
};

struct listing {
    const char *root;
    void *user; /* For the log. */
    void (*log)(void *user, uint32_t level, const char *message);
    pthread_mutex_t lock;
    struct shelf shelves[256];
    atomic_bool named; /* The log has named something that is no organization's folder. */
};

/* The root, and what the options have for the log, must outlive the listing. */
void listing_init(struct listing *listing, const char *root, const struct store_options *options);
void listing_finish(struct listing *listing);

/* IDs of organizations; zeroed, it is empty. */
struct organizations {
    struct tenant_id *ids;
    size_t count;
    size_t capacity;
};

void organizations_finish(struct organizations *organizations);

enum listing_verdict {
    LISTING_FOUND,
    LISTING_OUTDATED, /* listing_refresh first. */
    LISTING_NO_MEMORY,
};

/*
 * Appends the organizations with that tag which are not in the list yet. `refreshed`: by
 * listing_refresh, just now, so that what is known is good enough.
 */
enum listing_verdict listing_find(struct listing *listing, uint32_t tag, bool refreshed,
                                  struct organizations *organizations);

/* Lists the folders anew. It may wait for a disk. */
enum store_status listing_refresh(struct listing *listing, uint32_t tag,
                                  struct store_detail *detail);

/* An organization's folder was made by this process. */
void listing_forget(struct listing *listing, uint32_t tag);

#endif
