// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <unistd.h>

#include "plugin/base/verifier.h"

static atomic_int runs;

static void count(struct verifier_job *job)
{
    (void)job;
    atomic_fetch_add(&runs, 1);
}

Test(verifier, unused_starts_no_thread)
{
    struct verifier verifier;
    cr_assert(verifier_init(&verifier, 4));
    cr_expect_eq(verifier.count, 0);
    verifier_finish(&verifier);
    verifier_finish(&verifier);
}

Test(verifier, every_job_runs_once_on_few_threads)
{
    enum { JOBS = 5000 };
    static struct verifier_job jobs[JOBS];
    struct verifier verifier;
    cr_assert(verifier_init(&verifier, 3));
    for (int i = 0; i < JOBS; i++) {
        jobs[i].run = count;
        cr_assert(verifier_submit(&verifier, &jobs[i]));
    }
    for (int i = 0; i < 5000 && atomic_load(&runs) < JOBS; i++)
        usleep(1000);
    cr_expect_eq(atomic_load(&runs), JOBS);
    cr_expect_leq(verifier.count, 3);
    verifier_finish(&verifier);
    cr_expect_eq(atomic_load(&runs), JOBS);
}
