// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/provision.h"

#include <sys/stat.h>

#include "plugin/base/deadline.h"
#include "plugin/base/failure.h"
#include "plugin/store/sqlite/database_content.h"
#include "plugin/store/sqlite/database_file.h"
#include "plugin/store/sqlite/maintenance/access.h"

enum { PATIENCE_MILLISECONDS = 5000, CACHE_KIB = 2048, PAUSE_NANOSECONDS = 2000000 };

/* That it is new is what was asked for. */
static void log_nothing(void *user, uint32_t level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

static int32_t fill(struct connection *connection, const struct sqlite_options *options,
                    const struct store_options *store, gql_failure *failure)
{
    struct collation *collation = NULL;
    uint8_t secret[STORE_SECRET_SIZE];
    const uint64_t until = connection_patience(options);
    enum store_opening opening = STORE_IS_LONG;
    int32_t code = collation_open(store->locale, &collation, failure);
    if (code != GQL_OK)
        return code;
    while ((code = database_content_prepare(connection, options, collation, store, secret, &opening,
                                            failure)) == GQL_PENDING &&
           monotonic_now() < until)
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NANOSECONDS}, NULL);
    collation_close(&collation);
    return code == GQL_PENDING ? GQL_E_UNAVAILABLE : code;
}

static int32_t make(struct sqlite_options *options, const struct store_options *store,
                    gql_failure *failure)
{
    struct connection connection = {0};
    const uint64_t until = connection_patience(options);
    int32_t result = database_file_prepare(options, store, failure);
    if (result != GQL_OK)
        return result;
    int code = connection_open(&connection, options, CONNECTION_WRITER);
    while (connection_wait(code, until)) {
        connection_close(&connection);
        code = connection_open(&connection, options, CONNECTION_WRITER);
    }
    result = code == SQLITE_OK ? fill(&connection, options, store, failure)
                               : connection_fail_with(&connection, code, "opening", failure);
    connection_close(&connection);
    return result;
}

static int32_t make_at(const char *path, struct text organization_id, gql_failure *failure)
{
    struct sqlite_options options = {.path = strdup(path),
                                     .cache_kib = CACHE_KIB,
                                     .busy_timeout_ms = PATIENCE_MILLISECONDS,
                                     .dedicated = true,
                                     .file_mode = 0600};
    const struct store_options store = {.locale = "und",
                                        .organization = organization_id,
                                        .log = log_nothing};
    const int32_t code = options.path == NULL ? fail_no_memory(failure)
                                              : make(&options, &store, failure);
    sqlite_options_finish(&options);
    return code;
}

/* What can't be opened now may be a whole database, whose order must not be rebuilt. */
int32_t database_provision(const char *path, struct text organization_id, gql_failure *failure)
{
    struct database_access access;
    struct stat found;
    if (stat(path, &found) != 0 || found.st_size == 0)
        return make_at(path, organization_id, failure);
    const int32_t code = database_access_open(&access, path, organization_id, CONNECTION_READER,
                                              failure);
    const bool is_blank = access.is_blank;
    database_access_close(&access);
    return is_blank ? make_at(path, organization_id, failure) : code;
}
