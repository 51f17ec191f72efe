// SPDX-License-Identifier: MIT
/* Visits that wait for something, in the order of their coming. The caller guards the list. */
#ifndef PLUGIN_STORE_TENANTS_WAITING_H
#define PLUGIN_STORE_TENANTS_WAITING_H

#include <stdbool.h>
#include <stdint.h>

struct visit;

struct waiting {
    struct visit *first, **last;
};

void waiting_init(struct waiting *waiting);

/* At the end; one that has waited before: in front. */
void waiting_add(struct waiting *waiting, struct visit *visit);

/* The first one, or NULL. */
struct visit *waiting_take(struct waiting *waiting);

/* All of them, as a list by `next`. */
struct visit *waiting_take_all(struct waiting *waiting);

/*
 * Moves those into the list `ended` whose deadline has passed, or that have waited since before
 * `since`; their status is set. Returns whether any is left.
 */
bool waiting_end_impatient(struct waiting *waiting, uint64_t since, struct waiting *ended);

#endif
