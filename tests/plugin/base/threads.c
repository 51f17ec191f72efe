// SPDX-License-Identifier: MIT
#include "tests/plugin/base/threads.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

atomic_bool threads_fail;

/* The linker puts it in the place of pthread_create (--wrap). */
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    return atomic_load(&threads_fail) ? EAGAIN
                                      : __real_pthread_create(thread, attributes, run, argument);
}

void wait_until(const atomic_int *number, int least)
{
    for (int i = 0; i < PATIENCE_MS && atomic_load(number) < least; i++)
        usleep(1000);
    cr_assert_geq(atomic_load(number), least);
}

int count_threads(void)
{
    int count = -1;
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status) != NULL && sscanf(line, "Threads: %d", &count) != 1)
        continue;
    fclose(status);
    return count;
}

bool has_threads(int count)
{
    for (int i = 0; i < PATIENCE_MS && count_threads() != count; i++)
        usleep(1000);
    return count_threads() == count;
}
