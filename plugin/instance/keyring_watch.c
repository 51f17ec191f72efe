// SPDX-License-Identifier: MIT
#include "plugin/instance/keyring_watch.h"

enum { PERIOD_MS = 10000 };

static bool look(void *source)
{
    vault_keyring_source_look(source);
    return true;
}

bool keyring_watch_init(struct keyring_watch *watch, struct vault_keyring_source *source)
{
    watch->source = source;
    sweeper_init(&watch->sweeper, PERIOD_MS, look, source);
    return sweeper_wake(&watch->sweeper);
}

void keyring_watch_finish(struct keyring_watch *watch)
{
    if (watch->source != NULL)
        sweeper_finish(&watch->sweeper);
    watch->source = NULL;
}
