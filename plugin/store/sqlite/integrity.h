// SPDX-License-Identifier: MIT
/*
 * Whether what the database holds is sound. Whoever finds damage reports it here: from then on
 * nothing is written, since each change would spread it, while reads that find right rows go on.
 * This ends with a store that is opened anew: the file is to be restored or rebuilt meanwhile. Any
 * thread.
 */
#ifndef PLUGIN_STORE_SQLITE_INTEGRITY_H
#define PLUGIN_STORE_SQLITE_INTEGRITY_H

#include <stdatomic.h>

#include "plugin/store/store.h"

struct integrity {
    const char *path;
    struct state_board *board;
    void *user;
    void (*log)(void *user, uint32_t level, const char *message);
    atomic_bool damaged;
};

/* The path, the board and the functions of `options` must outlive it. Nothing to finish. */
void integrity_init(struct integrity *integrity, const char *path,
                    const struct store_options *options, struct state_board *board);

/* `what` was found. The first report is logged and reaches the board as STATE_CONTENT. */
void integrity_report(struct integrity *integrity, const char *what);

/* SQLITE_OK, or CONNECTION_STOPPED: nothing may be written. */
int integrity_check(const struct integrity *integrity);

#endif
