// SPDX-License-Identifier: MIT
#include "vault/process_lock.h"

#include <sched.h>
#include <unistd.h>

/* Of several threads that come first, one makes the mutex, and holds it then. */
static bool make(struct vault_process_lock *lock, int self)
{
    int owner = atomic_load(&lock->process);
    while (owner != self) {
        if (owner == -self) {
            sched_yield();
            owner = atomic_load(&lock->process);
        } else if (atomic_compare_exchange_strong(&lock->process, &owner, -self)) {
            pthread_mutex_init(&lock->mutex, NULL);
            pthread_mutex_lock(&lock->mutex);
            atomic_store(&lock->process, self);
            return true;
        }
    }
    return false;
}

bool vault_process_lock_take(struct vault_process_lock *lock)
{
    const bool first = make(lock, getpid());
    if (!first)
        pthread_mutex_lock(&lock->mutex);
    return first;
}

void vault_process_lock_give(struct vault_process_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}
