// SPDX-License-Identifier: MIT
#include "abi/check/inspect/meter.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { WAIT_NANOSECONDS = 1000000, TURNS = 20000 };

static atomic_bool ended;

static void *use_the_processor(void *user)
{
    while (!atomic_load(&ended))
        ;
    return user;
}

/* This thread and those that it starts from now on share one processor. */
static void share_a_processor(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
}

Test(meter, counts_waits_for_a_processor)
{
    struct meter_waits before;
    pthread_t rival;
    share_a_processor();
    cr_assert(meter_waits(&before));
    cr_assert_eq(pthread_create(&rival, NULL, use_the_processor, NULL), 0);
    for (unsigned i = 0; i < TURNS && meter_waits_since(&before) < WAIT_NANOSECONDS; i++)
        sched_yield();
    cr_expect_geq(meter_waits_since(&before), WAIT_NANOSECONDS, "two threads, one processor");
    atomic_store(&ended, true);
    pthread_join(rival, NULL);
}

Test(meter, does_not_count_sleep)
{
    enum { NAPS = 50, NAP_MICROSECONDS = 20000 };
    struct meter_waits before;
    bool slept = false;
    for (unsigned i = 0; i < NAPS && !slept; i++) { /* A busy machine adds waits to some. */
        cr_assert(meter_waits(&before));
        usleep(NAP_MICROSECONDS);
        slept = meter_waits_since(&before) < (uint64_t)NAP_MICROSECONDS * 1000u;
    }
    cr_expect(slept, "each nap counts as a wait for a processor");
}
