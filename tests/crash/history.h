// SPDX-License-Identifier: MIT
/*
 * A history of concurrent updates and reads of one integration. It is legal if it is linearizable
 * (Herlihy and Wing): if some order explains all observations, and each of them takes effect at one
 * moment between its beginning and its end.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation {
    uint64_t begin; /* Nanoseconds of one clock. */
    uint64_t end;
    int version; /* That was read, reported by a conflict, or made by an update that won. */
    bool made;   /* An update made this version. */
};

/*
 * Each update increments the version. So a legal order exists if and only if each version was made
 * once, and no observation of a version ends before that version can have been made, or begins
 * after the next one must have been made. If the history is not legal, writes the first violation.
 */
bool history_is_legal(const struct observation *observations, size_t count, char *violation,
                      size_t room);

#endif
