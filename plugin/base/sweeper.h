// SPDX-License-Identifier: MIT
/* A thread that calls a function periodically while there is work for it, and sleeps otherwise. */
#ifndef PLUGIN_BASE_SWEEPER_H
#define PLUGIN_BASE_SWEEPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sweeper {
    bool (*sweep)(void *user); /* Returns whether to call it again after the next period. */
    void *user;
    int period_ms;
    atomic_bool awake;

    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t wake;
    pthread_t thread;
    bool started;
    bool stopping;
};

/* The first sweeper_wake starts the thread. */
void sweeper_init(struct sweeper *sweeper, int period_ms, bool (*sweep)(void *user), void *user);
void sweeper_finish(struct sweeper *sweeper);

/*
 * Any thread: there is work, to be swept periodically from now on. False if no thread can be
 * started.
 */
bool sweeper_wake(struct sweeper *sweeper);

#endif
