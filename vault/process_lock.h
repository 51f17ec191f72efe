// SPDX-License-Identifier: MIT
/*
 * A lock for what belongs to a process. A process may be forked while another thread holds it; the
 * child, in which that thread does not run, finds it free. Any thread; zero at first.
 */
#ifndef VAULT_PROCESS_LOCK_H
#define VAULT_PROCESS_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct vault_process_lock {
    atomic_int process; /* Whose mutex it is; negative while that process makes it. */
    pthread_mutex_t mutex;
};

/*
 * Whether this is the first time in this process: what the lock guards is then that of a parent,
 * perhaps in the middle of a change, and is to be forgotten.
 */
bool vault_process_lock_take(struct vault_process_lock *lock);
void vault_process_lock_give(struct vault_process_lock *lock);

#endif
