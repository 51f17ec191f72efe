// SPDX-License-Identifier: MIT
#include "plugin/base/executors.h"

#include <unistd.h>

#include "plugin/base/tally.h"
#include "vault/process_lock.h"

enum { NICENESS = 10 }; /* Of the background. */

static struct vault_process_lock lock; /* Guards what follows. */
static struct executors all;
static size_t users;

static int processors(void)
{
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        return 1;
    return count > POOL_THREADS ? POOL_THREADS : (int)count;
}

struct executors *executors_acquire(const struct executors_sizes *sizes)
{
    const int compute = sizes->compute == 0 ? processors() : sizes->compute;
    if (vault_process_lock_take(&lock)) {
        users = 0; /* The parent's: its threads do not run here. */
        tally_forget();
    }
    if (users++ == 0) {
        pool_init(&all.compute, "gql-compute", compute, 0);
        pool_init(&all.storage, "gql-storage", sizes->storage, 0);
        pool_init(&all.background, "gql-background", 1, NICENESS);
    }
    pool_raise(&all.compute, compute);
    pool_raise(&all.storage, sizes->storage);
    vault_process_lock_give(&lock);
    return &all;
}

/* Threads of the first pool submit to the second. */
void executors_release(struct executors **executors)
{
    if (*executors == NULL)
        return;
    *executors = NULL;
    vault_process_lock_take(&lock);
    if (--users == 0) {
        pool_finish(&all.compute);
        pool_finish(&all.storage);
        pool_finish(&all.background);
    }
    vault_process_lock_give(&lock);
}
