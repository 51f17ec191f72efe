// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/postgres/migrations.h"
#include "plugin/store/postgres/options.h"

static void copy(struct text value, char *room, size_t size)
{
    snprintf(room, size, "%.*s", (int)value.size, value.data == NULL ? "" : value.data);
}

static int number_of(struct text value)
{
    char digits[16];
    copy(value, digits, sizeof digits);
    return (int)strtol(digits, NULL, 10);
}

static void take(struct settings *settings, struct text name, struct text value)
{
    if (text_equal(name, TEXT("application")))
        copy(value, settings->application, sizeof settings->application);
    else if (text_equal(name, TEXT("collation")))
        copy(value, settings->collation, sizeof settings->collation);
    else if (text_equal(name, TEXT("synchronous_commit")))
        copy(value, settings->synchronous_commit, sizeof settings->synchronous_commit);
    else if (text_equal(name, TEXT("schema")))
        settings->schema = number_of(value);
    else if (text_equal(name, TEXT("oldest_reader")))
        settings->oldest_reader = number_of(value);
    else if (text_equal(name, TEXT("secret")) && value.size == STORE_SECRET_SIZE)
        memcpy(settings->secret, value.data, STORE_SECRET_SIZE);
}

void settings_take(const PGresult *result, struct settings *ret_settings)
{
    *ret_settings = (struct settings){0};
    for (int row = 0; row < pq.PQntuples(result); row++)
        take(ret_settings, wire_column(result, row, 0), wire_column(result, row, 1));
}

static bool judge_schema(const struct settings *settings, char reason[REASON_SIZE])
{
    const int ours = postgres_migration_count;
    reason[0] = '\0';
    if (strcmp(settings->application, POSTGRES_APPLICATION) != 0)
        snprintf(reason, REASON_SIZE,
                 "The database has a table 'setting' of another application; give the plugin a "
                 "database, or a schema, of its own");
    else if (settings->schema < ours)
        snprintf(
            reason, REASON_SIZE,
            "The database has schema version %d, this plugin needs %d; run integrationsctl "
            "migrate, or start one gateway with database.migrate, as a user that may change it",
            settings->schema, ours);
    else if (settings->schema > ours && settings->oldest_reader > ours)
        snprintf(reason, REASON_SIZE,
                 "The database has schema version %d, which a plugin that supports version %d or "
                 "later may use; this one supports up to %d: upgrade the plugin",
                 settings->schema, settings->oldest_reader, ours);
    return reason[0] == '\0';
}

enum settings_verdict settings_judge(const struct settings *settings,
                                     const struct settings_rules *rules, char reason[REASON_SIZE])
{
    if (!judge_schema(settings, reason))
        return SETTINGS_UNFIT;
    if (synchronous_commit_rank(settings->synchronous_commit) < rules->synchronous_commit) {
        snprintf(reason, REASON_SIZE,
                 "The server's synchronous_commit is '%s', weaker than database.synchronousCommit; "
                 "change it for the user or the database: ALTER ROLE … SET synchronous_commit",
                 settings->synchronous_commit);
        return SETTINGS_UNFIT;
    }
    if (strcmp(settings->collation, rules->collation) == 0)
        return SETTINGS_AGREE;
    snprintf(reason, REASON_SIZE,
             "The database is ordered by '%s', this gateway orders by '%s'. Lists and writes stop; "
             "gateways that share a database need one collation.locale and one version of ICU: "
             "change this gateway's",
             settings->collation, rules->collation);
    return SETTINGS_OTHER_ORDER;
}
