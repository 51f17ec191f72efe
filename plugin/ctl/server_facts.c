// SPDX-License-Identifier: MIT
/* The commands migrate, stats and audit verify on a server. */
#include <stdio.h>

#include "plugin/ctl/audit_verdict.h"
#include "plugin/ctl/counts.h"
#include "plugin/ctl/migration.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/postgres/maintenance/server_check.h"

/* ---- migrate ---- */

enum exit_code server_migrate(const struct options *options)
{
    struct server_access access;
    if (options->finish != NULL)
        return report(EXIT_USAGE, "--finish is for SQLite databases");
    enum exit_code code = server_open(&access, options, true);
    const struct migration migration = {.database = access.name,
                                        .from = access.terms.found_schema,
                                        .to = access.settings.schema};
    if (code == EXIT_DONE)
        code = migration_print(options, &migration);
    server_access_close(&access);
    return code;
}

/* ---- stats ---- */

struct counting {
    struct text wanted; /* No text: all. */
    json_t *list;
};

static bool take_counts(void *user, struct text id, const struct store_counts *counts,
                        const struct trail_head *head)
{
    struct counting *counting = user;
    (void)head;
    return (counting->wanted.data != NULL && !text_equal(counting->wanted, id)) ||
           counts_take(counting->list, id, counts);
}

static enum exit_code print_stats(const struct options *options, const struct server_access *access,
                                  int64_t bytes, json_t *organizations)
{
    const struct settings *settings = &access->settings;
    if (options->json != NULL)
        return output_json_line(json_pack("{s:s, s:i, s:s, s:I, s:O}", "database", access->name,
                                          "schema", settings->schema, "collation",
                                          settings->collation, "bytes", (json_int_t)bytes,
                                          "organizations", organizations));
    output_text(text_of(access->name));
    printf("\n  schema     %d\n  collation  ", settings->schema);
    output_text(text_of(settings->collation));
    printf("\n  size       %lld bytes\n", (long long)bytes);
    counts_print(organizations);
    return EXIT_DONE;
}

enum exit_code server_stats(const struct options *options)
{
    int64_t bytes = 0;
    struct server_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct counting counting = {text_of(options->organization), json_array()};
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE &&
        (server_size(&access, &bytes, &failure) != GQL_OK ||
         server_organizations(&access, take_counts, &counting, &failure) != GQL_OK))
        code = report_failure(&failure);
    if (code == EXIT_DONE)
        code = print_stats(options, &access, bytes, counting.list);
    json_decref(counting.list);
    server_access_close(&access);
    return code;
}

/* ---- audit verify ---- */

static int32_t check_trail(struct server_access *access, struct text id, struct trail_check *check,
                           gql_failure *failure)
{
    int32_t code = server_begin(access, false, failure);
    if (code == GQL_OK)
        code = server_check_trail(access, id, check, failure);
    server_rollback(access);
    return code;
}

static enum exit_code verify(struct server_access *access, const struct options *options,
                             struct text id, void *user)
{
    struct trail_check check;
    gql_failure failure = {.struct_size = sizeof failure};
    (void)user;
    return check_trail(access, id, &check, &failure) == GQL_OK
               ? audit_verdict(options, access->name, id, &check)
               : report_failure(&failure);
}

enum exit_code server_audit_verify(const struct options *options)
{
    struct server_access access;
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = server_organizations_each(&access, options, verify, NULL);
    server_access_close(&access);
    return code;
}
