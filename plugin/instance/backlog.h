// SPDX-License-Identifier: MIT
/*
 * Which organizations may have events for a consumer: those that have changed here since he was
 * last given theirs, and those that a survey of the store has found. Where each has a database of
 * its own, a survey can't tell who has events, but who has changed: the backlog keeps at which
 * version there was nothing, 16 bytes for each organization and consumer. It lives in memory alone:
 * what is forgotten is found by the next survey, of which there is one at first. Any thread.
 */
#ifndef PLUGIN_INSTANCE_BACKLOG_H
#define PLUGIN_INSTANCE_BACKLOG_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/organization.h"

enum { BACKLOG_CONSUMERS_MAX = 32 };

struct backlog {
    atomic_bool used;     /* There are consumers. */
    pthread_mutex_t lock; /* Guards the members below. */
    struct consumer *consumers;
    int count;
    struct organization_key key; /* Of the tables of versions. Set by backlog_init. */
};

void backlog_init(struct backlog *backlog);

/* Does nothing for one that was not initialized. */
void backlog_finish(struct backlog *backlog);

/*
 * From now on, what is noted is noted for the consumer, too. False if memory ran out, or there are
 * as many as can be.
 */
bool backlog_join(struct backlog *backlog, struct text consumer);

/* The organization may have events for all consumers. False if there are none. */
bool backlog_note(struct backlog *backlog, struct text organization_id);

/* For this one. False if memory ran out. */
bool backlog_add(struct backlog *backlog, struct text consumer, struct text organization_id);

/*
 * A survey has found the organization, at a version (store.h): the same, unless there was nothing
 * for this one at that version.
 */
bool backlog_find(struct backlog *backlog, struct text consumer, struct text organization_id,
                  uint64_t version);

/* Takes the first one out. The caller frees it; NULL: there is none. */
struct backlog_item {
    struct backlog_item *next;
    uint64_t version; /* When a survey found it; 0: it is not known. */
    size_t size;
    char id[];
};
struct backlog_item *backlog_take(struct backlog *backlog, struct text consumer);

/* There was nothing in the item's organization. */
void backlog_settle(struct backlog *backlog, struct text consumer, const struct backlog_item *item);

static inline struct text backlog_organization(const struct backlog_item *item)
{
    return (struct text){item->id, item->size};
}

/* ---- Surveys ---- */

/* The consumer needs one at that time: a lease runs out then. Unix milliseconds. */
void backlog_remind(struct backlog *backlog, struct text consumer, int64_t at);

/* Whether a consumer was to be reminded by now. */
bool backlog_is_reminded(struct backlog *backlog, int64_t now);

/* All consumers need one: others may have changed something. */
void backlog_doubt(struct backlog *backlog);

/*
 * Whether the consumer's survey is to go on, or to begin: because somebody had doubts, at the time
 * of a reminder, or because the last one ended long ago. *ret_place is where. `now` is in Unix
 * milliseconds.
 */
bool backlog_surveys(struct backlog *backlog, struct text consumer, int64_t now,
                     int64_t *ret_place);

/* A step has been done from one place on up to another; at SURVEY_END the survey has ended. */
void backlog_surveyed(struct backlog *backlog, struct text consumer, int64_t from, int64_t place,
                      int64_t now);

#endif
