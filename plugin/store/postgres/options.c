// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/options.h"

#include <stdlib.h>
#include <string.h>

#include "plugin/base/deadline.h"
#include "plugin/base/failure.h"
#include "plugin/store/postgres/libpq.h"

int synchronous_commit_rank(const char *name)
{
    static const char *const names[] = {"off", "local", "remote_write", "on", "remote_apply"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

/* libpq's message would repeat the URL, with its password. */
static int32_t check_url(const char *url, gql_failure *failure)
{
    char *message = NULL;
    PQconninfoOption *parts = pq.PQconninfoParse(url, &message);
    pq.PQconninfoFree(parts);
    if (message != NULL)
        free(message);
    if (parts == NULL)
        return fail(failure, GQL_E_CONFIG,
                    "database.url: it is no URI of libpq: write postgresql://USER@HOST/DATABASE, "
                    "with special characters as %%XX");
    return GQL_OK;
}

static const json_t *setting(const json_t *database, const char *name)
{
    return json_object_get(database, name);
}

int32_t postgres_options_init(struct postgres_options *options, const json_t *database,
                              gql_failure *failure)
{
    const char *url = json_string_value(setting(database, "url"));
    const char *password_file = json_string_value(setting(database, "passwordFile"));
    *options = (struct postgres_options){
        .url = strdup(url),
        .password_file = password_file == NULL ? NULL : strdup(password_file),
        .connections = (int)json_integer_value(setting(database, "connections")),
        .statement_timeout_ms =
            (int)json_integer_value(setting(database, "statementTimeoutMilliseconds")),
        .busy_timeout_ms = (int)json_integer_value(setting(database, "busyTimeoutMilliseconds")),
        .prepared_statements = json_is_true(setting(database, "preparedStatements")),
        .migrate = json_is_true(setting(database, "migrate")),
        .eager = strcmp(json_string_value(setting(database, "open")), "eager") == 0,
        .synchronous_commit =
            synchronous_commit_rank(json_string_value(setting(database, "synchronousCommit"))),
    };
    if (options->url == NULL || (password_file != NULL && options->password_file == NULL))
        return fail_no_memory(failure);
    return check_url(url, failure);
}

void postgres_options_finish(struct postgres_options *options)
{
    free(options->url);
    free(options->password_file);
    *options = (struct postgres_options){0};
}

int postgres_time_limit(const struct postgres_options *options, uint64_t until)
{
    const int most = options->statement_timeout_ms;
    const uint64_t now = monotonic_now();
    const uint64_t left = until > now ? (until - now) / 1000000u + 1 : 1;
    return until != 0 && left < (uint64_t)most ? (int)left : most;
}
