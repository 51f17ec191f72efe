// SPDX-License-Identifier: MIT
/*
 * The database files that are open in this process, and those that were open in its parent when it
 * was forked. SQLite remembers what it has open for the process, and the child inherits that, but
 * not the locks: it would take them for its own, read while others write, and never know.
 */
#ifndef PLUGIN_STORE_SQLITE_OPEN_FILE_H
#define PLUGIN_STORE_SQLITE_OPEN_FILE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* In a store, from open_file_enter to open_file_leave. Zero at first. */
struct open_file {
    dev_t device;
    ino_t inode;
    pid_t process;
    struct open_file *next;
    struct open_file **place; /* What points to it; NULL: it is in no list. */
};

/* Any thread. Whether the file was open in a process that this one was forked from. */
bool open_file_is_parents(const struct stat *found);

/* Any thread. The file at the path, before SQLite opens it. Without a file, does nothing. */
void open_file_enter(struct open_file *file, const char *path);

/* When SQLite has closed it. Does nothing if it was not entered. */
void open_file_leave(struct open_file *file);

#endif
