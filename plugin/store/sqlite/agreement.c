// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/agreement.h"

#include <stdio.h>

#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"

enum { REASON_SIZE = 1024 };

void agreement_init(struct agreement *agreement, const struct collation *collation,
                    const struct store_options *options, struct state_board *board)
{
    *agreement = (struct agreement){.collation = collation,
                                    .board = board,
                                    .user = options->user,
                                    .log = options->log};
    pthread_mutex_init(&agreement->lock, NULL);
}

void agreement_finish(struct agreement *agreement)
{
    pthread_mutex_destroy(&agreement->lock);
}

static int read_version(struct connection *connection, int *ret_version)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_USER_VERSION);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret_version = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static void describe(const struct agreement *agreement, enum disagreement found, int version,
                     const char *collation, char reason[REASON_SIZE])
{
    if (found == NEWER_SCHEMA)
        snprintf(reason, REASON_SIZE,
                 "The database has schema version %d now, and this gateway's plugin supports up to "
                 "%d. Reads and writes stop; upgrade the plugin",
                 version, migration_count);
    else
        snprintf(reason, REASON_SIZE,
                 "The database is ordered by '%s' now, this gateway orders by '%s'. Pages and "
                 "writes stop; gateways that share a database need one collation.locale and one "
                 "version of ICU: change this gateway's and restart it",
                 collation, collation_fingerprint(agreement->collation));
}

static void report(const struct agreement *agreement, enum disagreement found, int version,
                   const char *collation)
{
    char reason[REASON_SIZE] = "";
    if (found != AGREED)
        describe(agreement, found, version, collation, reason);
    state_report(agreement->board, STATE_AGREEMENT, found == AGREED ? STORE_HEALTHY : STORE_FAILED,
                 reason);
    agreement->log(agreement->user, found == AGREED ? GQL_LOG_INFO : GQL_LOG_ERROR,
                   found == AGREED ? "The database has this gateway's collation and schema again"
                                   : reason);
}

static void note(struct agreement *agreement, enum disagreement found, int version,
                 const char *collation)
{
    pthread_mutex_lock(&agreement->lock);
    const bool changed = agreement->last != found;
    agreement->last = found;
    if (changed)
        report(agreement, found, version, collation);
    pthread_mutex_unlock(&agreement->lock);
}

int agreement_check(struct agreement *agreement, struct connection *connection,
                    enum disagreement *ret_found)
{
    char collation[256] = {0};
    const char *wanted = collation_fingerprint(agreement->collation);
    int version = 0;
    const int code = read_version(connection, &version);
    if (code != SQLITE_OK)
        return code;
    const int size = metadata_read(connection, "collation", collation, sizeof collation - 1);
    if (size < 0)
        return sqlite3_extended_errcode(connection->handle);
    *ret_found = version > migration_count        ? NEWER_SCHEMA
                 : strcmp(collation, wanted) == 0 ? AGREED
                                                  : OTHER_COLLATION;
    note(agreement, *ret_found, version, collation);
    return SQLITE_OK;
}
