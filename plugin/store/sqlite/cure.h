// SPDX-License-Identifier: MIT
/* What an operator can do when the system refuses a file of the database. Any thread. */
#ifndef PLUGIN_STORE_SQLITE_CURE_H
#define PLUGIN_STORE_SQLITE_CURE_H

#include <stddef.h>

struct cure {
    char text[512]; /* Begins with "; ", or is empty if nothing is known. NUL-terminated. */
};

/* For an errno that the system gave for a file, or for its folder. */
struct cure cure_of_error(int error);

/*
 * For a database that can't be written, or made: names the file, of `path`, its -wal and its -shm,
 * that this process may not write, or their folder, with mode and owner. Looks.
 */
struct cure cure_of_read_only(const char *path);

/* The same for a folder in which nothing can be made, or for the nearest above that is there. */
struct cure cure_of_folder(const char *path);

#endif
