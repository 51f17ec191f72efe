// SPDX-License-Identifier: MIT
/*
 * Watches that the root is the folder that the gateway was started with. If it was moved away, or
 * its volume is not mounted, what is not found there says nothing about organizations, and what was
 * made there would hide theirs.
 */
#ifndef PLUGIN_STORE_TENANTS_ROOT_GUARD_H
#define PLUGIN_STORE_TENANTS_ROOT_GUARD_H

#include <sys/stat.h>

#include "plugin/store/store.h"

struct root_guard {
    const char *root;
    const struct store_options *options;
    struct state_board *board;
    dev_t device;
    ino_t inode;
};

/* All that it is given must outlive it. False if the root can't be found; errno says why. */
bool root_guard_init(struct root_guard *guard, const char *root,
                     const struct store_options *options, struct state_board *board);

/*
 * Any thread; one system call, for who has not found something. Whether the root is there. Logs
 * when it is gone and when it is back, and reports it to the board as STATE_FILE.
 */
bool root_guard_check(struct root_guard *guard);

#endif
