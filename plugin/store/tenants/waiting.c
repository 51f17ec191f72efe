// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/waiting.h"

#include "plugin/store/tenants/databases.h"

void waiting_init(struct waiting *waiting)
{
    *waiting = (struct waiting){.last = &waiting->first};
}

static void append(struct waiting *waiting, struct visit *visit)
{
    visit->next = NULL;
    *waiting->last = visit;
    waiting->last = &visit->next;
}

void waiting_add(struct waiting *waiting, struct visit *visit)
{
    if (visit->waits_since == 0) {
        visit->waits_since = monotonic_now();
        append(waiting, visit);
        return;
    }
    visit->next = waiting->first;
    waiting->first = visit;
    if (visit->next == NULL)
        waiting->last = &visit->next;
}

struct visit *waiting_take(struct waiting *waiting)
{
    struct visit *visit = waiting->first;
    if (visit == NULL)
        return NULL;
    waiting->first = visit->next;
    if (waiting->first == NULL)
        waiting->last = &waiting->first;
    visit->next = NULL;
    return visit;
}

struct visit *waiting_take_all(struct waiting *waiting)
{
    struct visit *first = waiting->first;
    waiting_init(waiting);
    return first;
}

bool waiting_end_impatient(struct waiting *waiting, uint64_t since, struct waiting *ended)
{
    struct visit *visit = waiting_take_all(waiting);
    while (visit != NULL) {
        struct visit *next = visit->next;
        const bool expired = deadline_passed(visit->deadline);
        visit->status = expired ? STORE_EXPIRED : STORE_SHORTAGE;
        append(expired || visit->waits_since <= since ? ended : waiting, visit);
        visit = next;
    }
    return waiting->first != NULL;
}
