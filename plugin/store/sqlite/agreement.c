// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/agreement.h"

#include <limits.h>
#include <stdio.h>

#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/ownership.h"
#include "plugin/store/sqlite/schema_version.h"

enum { REASON_SIZE = 1024 };

void agreement_init(struct agreement *agreement, const struct collation *collation,
                    const struct store_options *options, struct state_board *board)
{
    *agreement = (struct agreement){.collation = collation,
                                    .organization = options->organization,
                                    .board = board,
                                    .user = options->user,
                                    .log = options->log};
    pthread_mutex_init(&agreement->lock, NULL);
}

void agreement_finish(struct agreement *agreement)
{
    pthread_mutex_destroy(&agreement->lock);
}

/* What a database says of itself. */
struct stored {
    struct schema_version version;
    char collation[256];
    struct owner owner;
};

static int read_stored(struct connection *connection, struct stored *ret_stored)
{
    int code = schema_version_read(connection, &ret_stored->version);
    if (code != SQLITE_OK)
        return code;
    if (metadata_read(connection, "collation", ret_stored->collation,
                      sizeof ret_stored->collation - 1) < 0)
        return sqlite3_extended_errcode(connection->handle);
    return ownership_read(connection, &ret_stored->owner);
}

static enum disagreement judge(const struct agreement *agreement, const struct stored *stored)
{
    if (!schema_version_is_served(&stored->version))
        return NEWER_SCHEMA;
    if (!ownership_allows(&stored->owner, agreement->organization))
        return OTHER_OWNER;
    return strcmp(stored->collation, collation_fingerprint(agreement->collation)) == 0
               ? AGREED
               : OTHER_COLLATION;
}

static void describe(const struct agreement *agreement, enum disagreement found,
                     const struct stored *stored, char reason[REASON_SIZE])
{
    reason[0] = '\0';
    if (found == NEWER_SCHEMA)
        snprintf(reason, REASON_SIZE,
                 "The database has schema version %d now, which a plugin that supports version %d "
                 "or later may use; this gateway's supports up to %d. Reads and writes stop; "
                 "upgrade the plugin",
                 stored->version.schema, stored->version.oldest_reader, migration_count);
    if (found == OTHER_OWNER)
        snprintf(
            reason, REASON_SIZE,
            "The database belongs to the organization '%.*s' alone now, to which this instance "
            "is not bound. Reads and writes stop; give the instance another database",
            (int)stored->owner.text.size, stored->owner.text.data);
    if (found == OTHER_COLLATION)
        snprintf(reason, REASON_SIZE,
                 "The database is ordered by '%s' now, this gateway orders by '%s'. Pages and "
                 "writes stop; gateways that share a database need one collation.locale and one "
                 "version of ICU: change this gateway's and restart it",
                 stored->collation, collation_fingerprint(agreement->collation));
}

static void report(const struct agreement *agreement, enum disagreement found,
                   const struct stored *stored, const char *path)
{
    char reason[REASON_SIZE], line[PATH_MAX + REASON_SIZE + 32];
    describe(agreement, found, stored, reason);
    state_report(agreement->board, STATE_AGREEMENT, found == AGREED ? STORE_HEALTHY : STORE_FAILED,
                 reason);
    snprintf(line, sizeof line, "database.path: '%s': %s", path,
             found == AGREED ? "The database fits this gateway again" : reason);
    agreement->log(agreement->user, found == AGREED ? GQL_LOG_INFO : GQL_LOG_ERROR, line);
}

static void note(struct agreement *agreement, enum disagreement found, const struct stored *stored,
                 const char *path)
{
    pthread_mutex_lock(&agreement->lock);
    const bool changed = agreement->last != found;
    agreement->last = found;
    if (changed)
        report(agreement, found, stored, path);
    pthread_mutex_unlock(&agreement->lock);
}

int agreement_check(struct agreement *agreement, struct connection *connection,
                    enum disagreement *ret_found)
{
    struct stored stored = {0};
    const int code = read_stored(connection, &stored);
    if (code != SQLITE_OK)
        return code;
    *ret_found = judge(agreement, &stored);
    note(agreement, *ret_found, &stored, connection->path);
    return SQLITE_OK;
}
