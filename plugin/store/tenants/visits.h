// SPDX-License-Identifier: MIT
/* How visits wait and end. Those that wait for what has happened are on a list, by `next`. */
#ifndef PLUGIN_STORE_TENANTS_VISITS_H
#define PLUGIN_STORE_TENANTS_VISITS_H

#include "plugin/store/tenants/databases.h"

/* The caller holds the lock. */
void visit_wait(struct waiting *waiting, struct visit *visit);
void visits_end_one(struct databases *databases);

/* It has entered the database, and has ended as one under way. */
void visit_let_in(struct visit *visit, struct database *database);

/*
 * The visit ends before it begins. It may have been woken to take room, which the next one takes.
 * `detail` may be the visit's own.
 */
void visit_turn_away(struct visit *visit, enum store_status status, const char *detail);

/* The first that waits for room, or NULL. The caller holds the lock. */
struct visit *visits_take_from_room(struct databases *databases);

/* Lets the first that waits for room try again. */
void visits_pass_room_on(struct databases *databases);

/* They try again, each on a thread of the storage pool. */
void visits_wake(struct visit *waiting);

/*
 * They waited for a database that can't be opened, which is why the visit fails that needed it
 * first; so it makes a database or not, as they do.
 */
void visits_disappoint(struct visit *waiting, bool makes, enum store_status status,
                       const char *detail);

#endif
