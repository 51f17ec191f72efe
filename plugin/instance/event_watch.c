// SPDX-License-Identifier: MIT
#include "plugin/instance/event_watch.h"

#include <stddef.h>

#include "plugin/base/deadline.h"

/* What another gateway did not deliver is to be found. */
enum { SIGNAL_SECONDS = 10 };

static const uint64_t second = 1000 * 1000 * 1000;

static bool is_watched(struct event_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    const bool watched = watch->more != NULL;
    pthread_mutex_unlock(&watch->lock);
    return watched;
}

static bool is_reminded(struct event_watch *watch)
{
    return backlog_is_reminded(watch->backlog, watch->unix_milliseconds(watch->clock_user));
}

static void look(struct job *job)
{
    struct event_watch *watch = (struct event_watch *)job;
    const uint64_t now = monotonic_now();
    if (!is_watched(watch))
        return;
    if (now >= watch->look_at) {
        watch->look_at = now + watch->interval;
        const bool changed = store_others_committed(watch->store);
        if (changed)
            backlog_doubt(watch->backlog);
        if (changed || now >= watch->signal_at || is_reminded(watch)) {
            watch->signal_at = now + SIGNAL_SECONDS * second;
            event_watch_signal(watch);
        }
    }
    job_wake_after(job, DELAY_LEASE);
}

void event_watch_init(struct event_watch *watch, struct pool *pool)
{
    pthread_mutex_init(&watch->lock, NULL);
    job_init(&watch->job, pool, look);
}

void event_watch_finish(struct event_watch *watch)
{
    if (watch->store == NULL)
        return;
    event_watch_set(watch, NULL, NULL);
    job_stop(&watch->job);
}

void event_watch_set(struct event_watch *watch, gql_events_more_fn more, void *user)
{
    pthread_mutex_lock(&watch->lock);
    watch->more = more;
    watch->user = user;
    atomic_store(&watch->told, false);
    pthread_mutex_unlock(&watch->lock);
    if (more != NULL)
        job_wake(&watch->job);
}

void event_watch_signal(struct event_watch *watch)
{
    if (atomic_exchange(&watch->told, true))
        return;
    pthread_mutex_lock(&watch->lock);
    if (watch->more != NULL)
        watch->more(watch->user);
    pthread_mutex_unlock(&watch->lock);
}
