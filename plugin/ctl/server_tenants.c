// SPDX-License-Identifier: MIT
/* The commands tenants erase and tenants resume on a server. */
#include "plugin/ctl/receipt.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/postgres/maintenance/server_erasure.h"
#include "plugin/store/postgres/maintenance/server_suspension.h"
#include "vault/tool/clock.h"

typedef enum exit_code erasure_fn(const struct options *options, struct server_erasure *erasure);

static enum exit_code with_tombstone(const struct options *options, erasure_fn *run)
{
    struct server_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct server_erasure erasure = {.access = &access,
                                     .id = text_of(options->organization),
                                     .unix_milliseconds = clock_now};
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE && server_erasure_begin(&erasure, &failure) != GQL_OK)
        code = report_failure(&failure);
    else if (code == EXIT_DONE && !erasure.is_known)
        code = report_unknown_organization(access.name, erasure.id);
    else if (code == EXIT_DONE)
        code = run(options, &erasure);
    server_erasure_end(&erasure);
    server_access_close(&access);
    return code;
}

/* ---- Erasing ---- */

static json_t *not_reached(void)
{
    json_t *list = receipt_not_reached();
    json_array_append_new(list,
                          json_string(
                              "what the server's files hold until VACUUM has passed, its log, its "
                              "standbys' and archives"));
    return list;
}

static enum exit_code erase(const struct options *options, struct server_erasure *erasure)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const bool already = server_erasure_is_finished(erasure);
    if (!already && server_erasure_run(erasure, &failure) != GQL_OK)
        return report_failure(&failure);
    json_t *receipt = json_pack("{s:s, s:O, s:o, s:o, s:s}", "organization", options->organization,
                                "time", json_object_get(erasure->tombstone, "time"), "removed",
                                receipt_removed(erasure->tombstone), "notReached", not_reached(),
                                "tombstone", erasure->access->name);
    return receipt_print(options, receipt, already);
}

enum exit_code server_tenants_erase(const struct options *options)
{
    const enum exit_code code = receipt_refuse_without_force(options);
    return code == EXIT_DONE ? with_tombstone(options, erase) : code;
}

/* ---- Letting in again ---- */

static enum exit_code end_suspension(const struct server_erasure *erasure)
{
    bool done;
    gql_failure failure = {.struct_size = sizeof failure};
    if (server_suspend(erasure->access, erasure->id, false, &done, &failure) != GQL_OK)
        return report_failure(&failure);
    return done ? EXIT_DONE
                : report(EXIT_UNUSABLE, "organization '%.*s' was erased meanwhile",
                         (int)erasure->id.size, erasure->id.data);
}

static enum exit_code resume(const struct options *options, struct server_erasure *erasure)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (erasure->tombstone == NULL)
        return end_suspension(erasure);
    const enum exit_code code = receipt_refuse_resuming(options, erasure->tombstone);
    if (code != EXIT_DONE)
        return code;
    return server_erasure_forget(erasure, &failure) == GQL_OK ? EXIT_DONE
                                                              : report_failure(&failure);
}

enum exit_code server_tenants_resume(const struct options *options)
{
    return with_tombstone(options, resume);
}
