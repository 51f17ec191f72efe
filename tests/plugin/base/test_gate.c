// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>
#include <unistd.h>

#include "plugin/base/gate.h"

Test(gate, once_closed_nobody_enters)
{
    struct gate gate;
    int ticket;
    gate_init(&gate);
    cr_assert(gate_enter(&gate, &ticket));
    gate_leave(&gate, ticket);
    gate_close(&gate);
    gate_close(&gate);
    cr_expect_not(gate_enter(&gate, &ticket));
}

struct crowd {
    struct gate gate;
    atomic_int inside;
    atomic_bool closed;
};

static void *come_and_go(void *argument)
{
    struct crowd *crowd = argument;
    int ticket;
    while (gate_enter(&crowd->gate, &ticket)) {
        atomic_fetch_add(&crowd->inside, 1);
        cr_assert_not(atomic_load(&crowd->closed), "somebody is inside a closed gate");
        atomic_fetch_sub(&crowd->inside, 1);
        gate_leave(&crowd->gate, ticket);
    }
    return NULL;
}

Test(gate, closing_waits_for_those_inside)
{
    for (int round = 0; round < 20; round++) {
        struct crowd crowd = {.inside = 0};
        pthread_t threads[4];
        gate_init(&crowd.gate);
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, come_and_go, &crowd);
        usleep(1000);
        gate_close(&crowd.gate);
        cr_expect_eq(atomic_load(&crowd.inside), 0);
        atomic_store(&crowd.closed, true);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
    }
}
