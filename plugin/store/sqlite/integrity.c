// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/integrity.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/store/sqlite/connection.h"

void integrity_init(struct integrity *integrity, const char *path,
                    const struct store_options *options, struct state_board *board)
{
    *integrity = (struct integrity){.path = path,
                                    .board = board,
                                    .user = options->user,
                                    .log = options->log};
}

void integrity_report(struct integrity *integrity, const char *what)
{
    char line[PATH_MAX + 1024], reason[256];
    if (atomic_exchange(&integrity->damaged, true))
        return;
    snprintf(reason, sizeof reason,
             "The database is damaged: writes stop until it is restored and the gateway restarted "
             "(%s)",
             what);
    state_report(integrity->board, STATE_CONTENT, STORE_FAILED, reason);
    snprintf(line, sizeof line,
             "database.path: '%s' is damaged: %s. Writes stop; reads go on where they find no "
             "damage. Stop all gateways that use the database, %s, and start them",
             integrity->path, what, CONNECTION_DAMAGE_CURE);
    integrity->log(integrity->user, GQL_LOG_ERROR, line);
}

int integrity_check(const struct integrity *integrity)
{
    return atomic_load(&integrity->damaged) ? CONNECTION_STOPPED : SQLITE_OK;
}
