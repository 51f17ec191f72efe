// SPDX-License-Identifier: MIT
/*
 * The file `lease` in an organization's folder: the consent between gateways and tools. It holds
 * one word, the organization's state, which tools write and gateways read. While a gateway has the
 * database open, it holds a shared lock on the file (F_OFD_SETLK); a tool that writes `moving` or
 * `erased` gets the exclusive one when all gateways have closed the database. Tools write into the
 * file, and never replace or delete it: a lock is on the file that was opened.
 *
 * A file that is missing or empty says `active`. It is not one of SQLite's, so it may be opened and
 * closed by anyone at any time.
 */
#ifndef PLUGIN_STORE_TENANTS_LEASE_H
#define PLUGIN_STORE_TENANTS_LEASE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum lease_state {
    LEASE_ACTIVE,
    LEASE_SUSPENDED, /* Nothing is written. */
    LEASE_DAMAGED,   /* It says anything else; treated as suspended. */
    LEASE_MOVING,    /* The database must be closed, from here on. */
    LEASE_ERASED,
    LEASE_LOCKED, /* A tool holds the exclusive lock. */
    LEASE_LOST,   /* Another file is at the path, or none in a folder that is there. */
    LEASE_STATES,
};

/* The word for a state that can be written; NULL for others. */
const char *lease_word(enum lease_state state);

/* The same for people: `damaged`, and `moved` for what has no database any more. Never NULL. */
const char *lease_name(enum lease_state state, bool has_database);

/* What a text of `size` bytes says. Blanks behind the word do not count. */
enum lease_state lease_state_of(const char *text, size_t size);

/* What the lease that is open as `file` says. */
enum lease_state lease_read(int file);

/* The owner of the database holds it. */
struct lease {
    int file; /* With the lock; -1: it is not held. */
    _Atomic enum lease_state state;
};

static inline bool lease_suspends(enum lease_state state)
{
    return state == LEASE_SUSPENDED || state == LEASE_DAMAGED;
}

static inline bool lease_closes(enum lease_state state)
{
    return state >= LEASE_MOVING;
}

/*
 * Reads the lease in `folder`, and takes the lock unless the state closes the database. `makes`: a
 * file that is missing is made, with `mode`. Returns 0, with lease->state, or errno. Any thread.
 */
int lease_take(struct lease *lease, const char *folder, bool makes, unsigned mode);

/* Gives the lock back. Does nothing if it is not held. */
void lease_give(struct lease *lease);

/* What a lease that is held says now. */
enum lease_state lease_look(const struct lease *lease, const char *folder);

#endif
