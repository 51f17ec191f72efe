// SPDX-License-Identifier: MIT
/*
 * What a database says of itself, in its table `setting`, and whether this gateway fits: its
 * application, schema and order, and how durable the server makes a commit.
 */
#ifndef PLUGIN_STORE_POSTGRES_SETTINGS_H
#define PLUGIN_STORE_POSTGRES_SETTINGS_H

#include "plugin/store/engine.h"
#include "plugin/store/postgres/wire.h"

#define POSTGRES_APPLICATION "org.gql-integrations.integrations"

struct settings {
    char application[64];
    char collation[256];
    char synchronous_commit[32];
    int schema;
    int oldest_reader;
    uint8_t secret[STORE_SECRET_SIZE];
};

/* Of the result of get_settings. What is missing is empty or 0. */
void settings_take(const PGresult *result, struct settings *ret_settings);

/* What this gateway asks of a database. */
struct settings_rules {
    const char *collation;  /* The fingerprint. */
    int synchronous_commit; /* The weakest that is accepted. */
};

enum settings_verdict {
    SETTINGS_AGREE,
    SETTINGS_OTHER_ORDER, /* Reads by ID go on. */
    SETTINGS_UNFIT,       /* Nothing goes on. */
};

enum { REASON_SIZE = 768 };

/* The reason, for an operator, is set unless they agree. */
enum settings_verdict settings_judge(const struct settings *settings,
                                     const struct settings_rules *rules, char reason[REASON_SIZE]);

#endif
