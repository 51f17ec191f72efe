// SPDX-License-Identifier: MIT
/*
 * A thread that looks after something now and then, and sleeps as long as there is nothing to look
 * after.
 */
#ifndef PLUGIN_STORE_SQLITE_SWEEPER_H
#define PLUGIN_STORE_SQLITE_SWEEPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sweeper {
    bool (*sweep)(void *user); /* Returns whether it is to come again. */
    void *user;
    int period_ms;
    atomic_bool awake;

    pthread_mutex_t lock; /* Of what follows. */
    pthread_cond_t wake;
    pthread_t thread;
    bool started;
    bool stopping;
};

/* The thread is started by the first sweeper_wake. */
void sweeper_init(struct sweeper *sweeper, int period_ms, bool (*sweep)(void *user), void *user);
void sweeper_finish(struct sweeper *sweeper);

/*
 * Any thread: there is something to look after, now and then from now on. False if the thread can't
 * be had.
 */
bool sweeper_wake(struct sweeper *sweeper);

#endif
