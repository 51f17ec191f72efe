// SPDX-License-Identifier: MIT
/*
 * Whether somebody else has committed: another process, or another instance. The index of the log
 * counts commits (wal_state_changes). Each of ours adds one to what the transaction found; where it
 * found another number than our last one left, or somebody who looks does, there were others. Any
 * thread.
 */
#ifndef PLUGIN_STORE_SQLITE_OTHER_COMMITS_H
#define PLUGIN_STORE_SQLITE_OTHER_COMMITS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed, it knows of none: the first look finds others. */
struct other_commits {
    _Atomic uint32_t own;  /* The number that our last commit left. */
    _Atomic uint32_t seen; /* That of the last look. */
    atomic_bool met;       /* One of our transactions met others since then. */
};

/* After a commit of ours, whose transaction found that number. */
static inline void other_commits_note(struct other_commits *others, uint32_t before)
{
    if (before != atomic_load(&others->own) && before != atomic_load(&others->seen))
        atomic_store(&others->met, true);
    atomic_store(&others->own, before + 1);
}

/* Whether there were any since the last look. In vain if one of ours is just being made. */
static inline bool other_commits_look(struct other_commits *others, uint32_t now)
{
    const bool met = atomic_exchange(&others->met, false);
    const uint32_t seen = atomic_exchange(&others->seen, now);
    return met || (now != atomic_load(&others->own) && now != seen);
}

#endif
