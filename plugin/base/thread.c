// SPDX-License-Identifier: MIT
#include "plugin/base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

enum { STACK_SIZE = 256 * 1024 };

bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument)
{
    const struct sched_param priority = {0};
    pthread_attr_t attributes;
    sigset_t all, former;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_BLOCK, &all, &former);
    const int error = pthread_create(thread, &attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    pthread_attr_destroy(&attributes);
    const bool started = error == 0;
    if (started)
        pthread_setschedparam(*thread, SCHED_BATCH,
                              &priority); /* A preference: failing is harmless. */
    else
        errno = error;
    return started;
}
