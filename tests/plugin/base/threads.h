// SPDX-License-Identifier: MIT
/* For suites of what starts threads: waits for events, and threads that can't be started. */
#ifndef TESTS_PLUGIN_BASE_THREADS_H
#define TESTS_PLUGIN_BASE_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>

/* While true, pthread_create fails with EAGAIN. */
extern atomic_bool threads_fail;

/* Waits until the number is at least `least`; fails the test if that takes too long. */
void wait_until(const atomic_int *number, int least);

int count_threads(void);

/* Whether the process has that many threads, within a time in which joined ones disappear. */
bool has_threads(int count);

#endif
