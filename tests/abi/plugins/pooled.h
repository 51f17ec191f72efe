// SPDX-License-Identifier: MIT
/*
 * A plugin for tests of pools: its configuration is the address of a pooled_control, in decimal,
 * by which the test lets creations wait or fail, keeps calls, and sees what happens to instances.
 */
#ifndef POOLED_H
#define POOLED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gql_plugin.h"

enum { POOLED_MAX_KEPT = 64 };

struct pooled_control {
    pthread_mutex_t mutex; /* Guards the members below. */
    pthread_cond_t changed;
    bool hold;      /* Creations wait while it is set. */
    bool fails;     /* Creations fail. */
    int fails_each; /* Of so many creations one fails; 0: none. */
    bool keep;      /* Calls are kept instead of answered. */
    struct {
        gql_reply *reply;
        gql_instance *instance;
    } kept[POOLED_MAX_KEPT];
    size_t kept_count;
    int begun; /* Creations. */
    int created;
    int destroyed;
    bool destroyed_under_call;
    uint32_t health[POOLED_MAX_KEPT]; /* Of instances, by their numbers. */
};

struct gql_instance {
    const gql_host *host;
    struct pooled_control *control;
    int calls;  /* Begun and not completed. */
    int number; /* Counts the created instances from 1. */
};

#endif
