// SPDX-License-Identifier: MIT
/*
 * Looks at an instance's keyring every ten seconds, on a thread of its own, so that the operator
 * learns of a broken file before a token comes.
 */
#ifndef PLUGIN_INSTANCE_KEYRING_WATCH_H
#define PLUGIN_INSTANCE_KEYRING_WATCH_H

#include "plugin/base/sweeper.h"
#include "vault/keyring.h"

struct keyring_watch {
    struct sweeper sweeper;
    struct vault_keyring_source *source; /* Borrowed; NULL: nothing is watched. */
};

/* False if the thread can't be started. */
bool keyring_watch_init(struct keyring_watch *watch, struct vault_keyring_source *source);

/* Waits for a look that is under way. A zeroed watch is finished. */
void keyring_watch_finish(struct keyring_watch *watch);

#endif
