// SPDX-License-Identifier: MIT
#include "tests/plugin/postgres/space.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *name_of(const char *folder)
{
    return strrchr(folder, '/') + 1;
}

static void run(const char *url, const char *sql)
{
    char command[4096];
    snprintf(command, sizeof command, "LD_PRELOAD= psql -qXt -v ON_ERROR_STOP=1 '%s' -c '%s'", url,
             sql);
    cr_assert_eq(system(command), 0, "%s", command);
}

bool space_is_pooled(void)
{
    return getenv("POSTGRES_POOLED") != NULL;
}

/* A pooler keeps no settings of a connection, so the path to a schema can't be one. */
static const char *url_of(const char *folder)
{
    static _Thread_local char url[1024];
    const char *server = getenv("POSTGRES_URL");
    cr_assert_not_null(server, "the environment variable POSTGRES_URL names the server");
    const char *database = strrchr(server, '/') + 1, *rest = strchr(database, '?');
    if (space_is_pooled())
        snprintf(url, sizeof url, "%.*s%s%s", (int)(database - server), server, name_of(folder),
                 rest);
    else
        snprintf(url, sizeof url, "%s&options=-csearch_path%%3D%%22%s%%22", server,
                 name_of(folder));
    return url;
}

const char *space_url(const char *folder)
{
    static char made[128];
    char sql[256];
    if (strcmp(made, name_of(folder)) != 0) {
        snprintf(made, sizeof made, "%s", name_of(folder));
        if (space_is_pooled())
            snprintf(sql, sizeof sql, "CREATE DATABASE \"%s\"", made);
        else
            snprintf(sql, sizeof sql,
                     "SET client_min_messages = error; "
                     "CREATE SCHEMA IF NOT EXISTS \"%s\"",
                     made);
        run(getenv("POSTGRES_URL"), sql);
    }
    return url_of(folder);
}

void space_run(const char *folder, const char *sql)
{
    run(url_of(folder), sql);
}

/* Or the server can't divide by 0. */
void space_expect_rows(const char *folder, const char *table, int count)
{
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT 1 / (count(*) = %d)::integer FROM %s", count, table);
    space_run(folder, sql);
}

FILE *space_begin(const char *folder, const char *sql)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    char command[1024], mark[256];
    snprintf(mark, sizeof mark, "%s/begun", folder);
    snprintf(command, sizeof command, "LD_PRELOAD= psql -qXt -v ON_ERROR_STOP=1 '%s' >/dev/null",
             url_of(folder));
    FILE *session = popen(command, "w");
    cr_assert_not_null(session);
    fprintf(session, "BEGIN;\n%s;\n\\! touch '%s'\n", sql, mark);
    fflush(session);
    for (int i = 0; i < 10000 && access(mark, F_OK) != 0; i++)
        nanosleep(&pause, NULL);
    cr_assert_eq(unlink(mark), 0, "%s", sql);
    return session;
}

void space_end(FILE *session)
{
    fputs("COMMIT;\n", session);
    cr_assert_eq(pclose(session), 0);
}

void space_await(const char *folder, const char *query)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "DO $do$ BEGIN WHILE NOT EXISTS (SELECT 1 %s) LOOP PERFORM pg_sleep(0.005); "
             "PERFORM pg_stat_clear_snapshot(); END LOOP; END $do$",
             query);
    space_run(folder, sql);
}
