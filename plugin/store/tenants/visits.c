// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/visits.h"

#include <errno.h>
#include <stdio.h>

void visit_wait(struct waiting *waiting, struct visit *visit)
{
    waiting_add(waiting, visit);
    job_wake_after(&visit->databases->impatience, DELAY_RETRY_LATER);
}

void visits_end_one(struct databases *databases)
{
    if (--databases->visits == 0)
        pthread_cond_broadcast(&databases->left);
}

void visit_let_in(struct visit *visit, struct database *database)
{
    visit->status = STORE_OK;
    visit->database = database;
    visit->begin(visit);
}

void visit_turn_away(struct visit *visit, enum store_status status, const char *detail)
{
    struct databases *databases = visit->databases;
    visit->status = status;
    if (detail != visit->detail.text)
        snprintf(visit->detail.text, sizeof visit->detail.text, "%s", detail);
    visit->begin(visit);
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = visits_take_from_room(databases);
    visits_end_one(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
}

struct visit *visits_take_from_room(struct databases *databases)
{
    struct visit *waiting = waiting_take(&databases->room);
    atomic_store(&databases->wanted, databases->room.first != NULL);
    return waiting;
}

void visits_pass_room_on(struct databases *databases)
{
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = visits_take_from_room(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
}

static void try_again(struct visit *visit)
{
    struct store_detail detail;
    if (pool_submit(&visit->databases->options->executors->storage, &visit->task))
        return;
    store_detail_no_thread(&detail, errno);
    visit_turn_away(visit, STORE_SHORTAGE, detail.text);
}

void visits_wake(struct visit *waiting)
{
    while (waiting != NULL) {
        struct visit *visit = waiting;
        waiting = waiting->next;
        try_again(visit);
    }
}

/*
 * They fail all at once; but what is refused to one that makes a database need not be to one that
 * doesn't, nor the reverse.
 */
void visits_disappoint(struct visit *waiting, bool makes, enum store_status status,
                       const char *detail)
{
    while (waiting != NULL) {
        struct visit *visit = waiting;
        waiting = waiting->next;
        if (visit->makes == makes)
            visit_turn_away(visit, status, detail);
        else
            try_again(visit);
    }
}
