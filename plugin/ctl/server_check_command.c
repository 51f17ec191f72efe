// SPDX-License-Identifier: MIT
/* The command check on a server. */
#include "plugin/ctl/check_report.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/postgres/maintenance/server_check.h"

static void take_finding(void *user, const char *check, const char *message)
{
    check_report_take(user, check, message);
}

static enum exit_code check_organization(struct server_access *access,
                                         const struct options *options, struct text id, void *user)
{
    gql_failure failure = {.struct_size = sizeof failure};
    (void)options;
    return server_check_organization(user, access, id, &failure) == GQL_OK
               ? EXIT_DONE
               : report_failure(&failure);
}

static enum exit_code check_server(struct server_access *access, const struct options *options,
                                   json_t *findings)
{
    struct collation *collation = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const bool has_order = server_open_collation(access, &collation, &failure) == GQL_OK;
    struct server_check check = {.user = findings,
                                 .found = take_finding,
                                 .collation = has_order ? collation : NULL};
    enum exit_code code = server_organizations_each(access, options, check_organization, &check);
    const struct check_report result = {
        .database = access->name,
        .rows = check.rows,
        .unchecked = has_order ? "" : failure_text(&failure),
        .findings = findings,
        .cure = "restore a backup of the server, or export what is sound into another database",
    };
    if (code == EXIT_DONE)
        code = check_report_print(options, &result);
    collation_close(&collation);
    return code;
}

enum exit_code server_check(const struct options *options)
{
    struct server_access access;
    json_t *findings = json_array();
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = check_server(&access, options, findings);
    json_decref(findings);
    server_access_close(&access);
    return code;
}
