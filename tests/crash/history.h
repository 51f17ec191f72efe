// SPDX-License-Identifier: MIT
/*
 * A record of what concurrent updates and reads of one integration saw, and whether some order of
 * them, each at one moment between its beginning and its end, explains it all (Herlihy and Wing:
 * linearizability).
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation {
    uint64_t begin; /* Nanoseconds of one clock. */
    uint64_t end;
    /* What was there: read, or found by a conflict, or made by an update that won. */
    int version;
    bool made; /* An update made this version. */
};

/*
 * Versions only rise, one update each. So a legal order exists if and only if each version was made
 * once, and no observation of a version ends before that version can have been made, or begins
 * after the next one must have been made. Writes the first fault; true if there is none.
 */
bool history_is_legal(const struct observation *observations, size_t count, char *fault,
                      size_t room);

#endif
