// SPDX-License-Identifier: MIT
/*
 * Says to the host that there may be more events: after changes of this instance, and when the
 * store, at which it looks from time to time while somebody watches, was changed by another one.
 */
#ifndef PLUGIN_INSTANCE_EVENT_WATCH_H
#define PLUGIN_INSTANCE_EVENT_WATCH_H

#include "gql_plugin.h"
#include "plugin/base/job.h"
#include "plugin/instance/backlog.h"
#include "plugin/store/store.h"

struct event_watch {
    struct job job;

    /* Set by the caller before event_watch_init, and outlive it. */
    struct backlog *backlog;
    struct store *store;
    uint64_t interval; /* Nanoseconds between two looks. */
    int64_t (*unix_milliseconds)(void *user);
    void *clock_user;

    /* The job's. */
    uint64_t look_at; /* CLOCK_MONOTONIC, nanoseconds. */
    uint64_t signal_at;

    atomic_bool told; /* The host was, and has not claimed since. */

    pthread_mutex_t lock; /* Guards the members below; held while `more` is called. */
    gql_events_more_fn more;
    void *user;
};

void event_watch_init(struct event_watch *watch, struct pool *pool);

/* Nothing is called any more. Does nothing for one that was not initialized. */
void event_watch_finish(struct event_watch *watch);

/* As gql_events.watch. */
void event_watch_set(struct event_watch *watch, gql_events_more_fn more, void *user);

/* Any thread: there may be more. Tells the host once, until it claims. */
void event_watch_signal(struct event_watch *watch);

/* The host claims. */
static inline void event_watch_hear(struct event_watch *watch)
{
    atomic_store(&watch->told, false);
}

#endif
