// SPDX-License-Identifier: MIT
/* Connects to a database of this plugin: a connection is ready, or the reason is known. */
#ifndef PLUGIN_STORE_POSTGRES_SESSION_H
#define PLUGIN_STORE_POSTGRES_SESSION_H

#include "plugin/store/postgres/options.h"
#include "plugin/store/postgres/settings.h"
#include "plugin/store/postgres/trip.h"

struct session_terms {
    const struct postgres_options *options;
    const struct settings_rules *rules;
    int found_schema; /* Set: the schema's version before it was migrated; 0: there was none. */
    /* Of the database that was there first; another one is refused. Set by the first session. */
    bool known;
    uint8_t secret[STORE_SECRET_SIZE];
    struct identifier highest; /* The highest ID when the first session began. */
};

enum session_end {
    SESSION_READY,
    SESSION_UNREACHABLE, /* No server that takes writes lets us in: another attempt may succeed. */
    SESSION_UNFIT,       /* The database is none for this gateway, until somebody changes it. */
};

/*
 * The terms are the caller's own. The session has no connection, and gets one only if it is ready;
 * it must not move as long as it has.
 */
enum session_end session_open(struct session *session, struct session_terms *terms,
                              char reason[REASON_SIZE]);

#endif
