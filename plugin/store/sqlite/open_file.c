// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/open_file.h"

#include <unistd.h>

#include "vault/process_lock.h"

static struct vault_process_lock lock; /* Guards the list. */
static struct open_file *files; /* A child's begins with its own, and goes on with its parent's. */

bool open_file_is_parents(const struct stat *found)
{
    bool is = false;
    vault_process_lock_take(&lock);
    for (const struct open_file *file = files; file != NULL && !is; file = file->next)
        is = file->device == found->st_dev && file->inode == found->st_ino &&
             file->process != getpid();
    vault_process_lock_give(&lock);
    return is;
}

/* The process may be forked by another thread at any point of this: the list is whole at each. */
void open_file_enter(struct open_file *file, const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return;
    vault_process_lock_take(&lock);
    *file = (struct open_file){.device = found.st_dev,
                               .inode = found.st_ino,
                               .process = getpid(),
                               .next = files,
                               .place = &files};
    if (file->next != NULL)
        file->next->place = &file->next;
    __atomic_store_n(&files, file, __ATOMIC_RELEASE);
    vault_process_lock_give(&lock);
}

/* A neighbour in the list changes what points to this one. */
void open_file_leave(struct open_file *file)
{
    vault_process_lock_take(&lock);
    if (file->place != NULL)
        *file->place = file->next;
    if (file->place != NULL && file->next != NULL)
        file->next->place = file->place;
    file->place = NULL;
    vault_process_lock_give(&lock);
}
