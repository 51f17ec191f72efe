// SPDX-License-Identifier: MIT
#include "plugin/base/gate.h"

#include <sched.h>
#include <time.h>

enum { POLL_NANOSECONDS = 500000 };

void gate_init(struct gate *gate)
{
    for (int i = 0; i < GATE_COUNTERS; i++)
        atomic_init(&gate->counters[i].inside, 0);
    atomic_init(&gate->closed, false);
}

bool gate_enter(struct gate *gate, int *ret_ticket)
{
    const int cpu = sched_getcpu();
    const int ticket = cpu < 0 ? 0 : cpu % GATE_COUNTERS;
    /*
     * Sequentially consistent on both sides: either we see the gate closed, or its closer sees us.
     */
    atomic_fetch_add(&gate->counters[ticket].inside, 1);
    if (atomic_load(&gate->closed)) {
        gate_leave(gate, ticket);
        return false;
    }
    *ret_ticket = ticket;
    return true;
}

void gate_leave(struct gate *gate, int ticket)
{
    atomic_fetch_sub(&gate->counters[ticket].inside, 1);
}

uint64_t gate_count(struct gate *gate)
{
    int64_t inside = 0; /* While somebody moves on, even less than 0. */
    for (int i = 0; i < GATE_COUNTERS; i++)
        inside += atomic_load(&gate->counters[i].inside);
    return inside < 0 ? 0 : (uint64_t)inside;
}

static bool is_empty(struct gate *gate)
{
    for (int i = 0; i < GATE_COUNTERS; i++) {
        if (atomic_load(&gate->counters[i].inside) != 0)
            return false;
    }
    return true;
}

/*
 * Polls instead of waiting for a wake-up: the last call to leave must not touch the gate, which may
 * be freed by then.
 */
void gate_close(struct gate *gate)
{
    const struct timespec pause = {0, POLL_NANOSECONDS};
    atomic_store(&gate->closed, true);
    while (!is_empty(gate))
        nanosleep(&pause, NULL);
}
