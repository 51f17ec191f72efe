// SPDX-License-Identifier: MIT
/*
 * Serializes processes that write a file, by a lock file beside it. The lock file is removed when
 * the lock is released; one that a killed process left is taken over.
 */
#ifndef VAULT_FILE_LOCK_H
#define VAULT_FILE_LOCK_H

#include <limits.h>

#include "vault/failure.h"

struct vault_file_lock {
    int file;
    char name[PATH_MAX];
};

#define VAULT_NO_FILE_LOCK ((struct vault_file_lock){.file = -1})

/* What the name of a lock file ends with. */
#define VAULT_FILE_LOCK ".lock"

/* Waits for the lock on the file at `path`, which need not exist. One thread of a process. */
bool vault_file_lock(const char *path, struct vault_file_lock *lock, struct vault_failure *failure);

/* VAULT_NO_FILE_LOCK does nothing. */
void vault_file_unlock(struct vault_file_lock *lock);

#endif
