// SPDX-License-Identifier: MIT
/*
 * The threads of the process, which all instances share: an instance owns none. They start when
 * they are first needed, and end when the last instance is gone.
 *
 * They belong to a process. A forked child, in which the parent's threads do not run, starts new
 * ones with its first instance, whatever the parent was doing when it forked.
 */
#ifndef PLUGIN_BASE_EXECUTORS_H
#define PLUGIN_BASE_EXECUTORS_H

#include "plugin/base/pool.h"

struct executors {
    struct pool compute;    /* What takes a processor: signatures. */
    struct pool storage;    /* What waits for a disk or for locks: databases, keyrings. */
    struct pool background; /* One thread with a low priority, for what may take minutes. */
};

/* How many threads an instance wants the process to have at most. */
struct executors_sizes {
    int compute; /* 0: as many as there are processors. */
    int storage;
};

/*
 * The executors of the process, for an instance. Where instances want different sizes, the largest
 * counts, in whichever order they come. Any thread; never fails.
 */
struct executors *executors_acquire(const struct executors_sizes *sizes);

/* The last one waits for the threads to end. Does nothing if it is NULL. Sets it to NULL. */
void executors_release(struct executors **executors);

#endif
