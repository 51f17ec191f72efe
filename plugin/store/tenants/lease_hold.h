// SPDX-License-Identifier: MIT
/*
 * A tool's side of a lease (lease.h): it writes a state, waits until all gateways have closed the
 * database, and has it for itself. A process that is killed leaves the state as it wrote it, and no
 * lock: the next tool takes over, and knows what the state was before, which stands in the file
 * `lease.former` beside the lease; and, if it was moved, which move that was: two leases that say
 * `moving` need not be of the same.
 */
#ifndef PLUGIN_STORE_TENANTS_LEASE_HOLD_H
#define PLUGIN_STORE_TENANTS_LEASE_HOLD_H

#include <limits.h>
#include <signal.h>

#include "gql_plugin.h"
#include "plugin/store/tenants/lease.h"

enum { LEASE_MOVE_SIZE = 33 };

/* One thread. */
struct lease_hold {
    int file; /* -1: it is not held. */
    const char *folder;
    enum lease_state state;     /* That it says. */
    enum lease_state former;    /* What it said before a tool wrote `moving`. */
    char move[LEASE_MOVE_SIZE]; /* The move that wrote `moving`; empty: another tool, or none. */
    sigset_t signals;           /* The mask of before. */
};

/*
 * Opens the organization's lease for changes, without waiting for gateways; makes it if it is
 * missing. Refuses if another tool has it. `folder` is borrowed until lease_hold_end.
 */
int32_t lease_hold_begin(struct lease_hold *hold, const char *folder, gql_failure *failure);

/*
 * Writes `moving` or `erased`, and waits until the database is closed everywhere, for some seconds.
 * From then on, until lease_hold_end, signals that would end the process wait. If it fails, or a
 * signal came, the former state is back, but what is `erased` stays so. `move`: the move that does
 * it, less than LEASE_MOVE_SIZE bytes without blanks; empty: none. With `moving`, the names in the
 * folder are durable on success.
 */
int32_t lease_hold_close_database(struct lease_hold *hold, enum lease_state state, const char *move,
                                  gql_failure *failure);

/* Writes the state, durably. */
int32_t lease_hold_write(struct lease_hold *hold, enum lease_state state, gql_failure *failure);

/* Lets go; the lease says what was written last. Does nothing if it is not held. */
void lease_hold_end(struct lease_hold *hold);

/*
 * What the lease in the folder says, without changing anything: LEASE_ACTIVE if there is none.
 * *ret_is_open is whether somebody has the database open, a gateway or a tool.
 */
enum lease_state lease_hold_peek(const char *folder, bool *ret_is_open);

#endif
