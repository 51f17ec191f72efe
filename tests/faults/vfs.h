// SPDX-License-Identifier: MIT
/*
 * A VFS of SQLite in front of the system's, whose calls fail on demand. It becomes the default of
 * the process. Any thread, but faults are set up and taken back by one.
 */
#ifndef TESTS_FAULTS_VFS_H
#define TESTS_FAULTS_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum vfs_fault {
    VFS_IOERR,      /* Any call, with its own code. */
    VFS_FULL,       /* Writing: the disk is full. */
    VFS_SHORT_READ, /* pread gives half of what was asked for. */
    VFS_SYNC,       /* A sync, of what has been written. */
    VFS_FAULTS,
};

/* Before SQLite is used by the process. */
void vfs_install(void);

/* From now on, the calls that can fail so are counted, and `times` of them fail from `first` on. */
void vfs_fail(enum vfs_fault fault, int first, int times);

/* Ends the faults. Returns how many calls failed. */
int vfs_mend(void);

/*
 * Is told of the changes of files that succeed, and of every sync, by the thread that makes them.
 * `name` is the file's path, or NULL.
 */
struct vfs_observer {
    void (*wrote)(const char *name, const void *data, int size, int64_t offset);
    void (*truncated)(const char *name, int64_t size);
    void (*synced)(const char *name, bool succeeded);
};

/* NULL: nobody is told any more. */
void vfs_observe(const struct vfs_observer *observer);

#endif
