// SPDX-License-Identifier: MIT
/* The command check. */
#include <string.h>

#include "plugin/ctl/check_report.h"
#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/progress.h"
#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/maintenance/inspection.h"

struct findings {
    json_t *list;
    struct progress progress;
};

static void take_finding(void *user, const char *check, const char *message)
{
    check_report_take(((struct findings *)user)->list, check, message);
}

static void advance(void *user, long long done, long long all)
{
    progress_advance(&((struct findings *)user)->progress, done, all);
}

/* What was copied with its schema would be as before. */
static const char *cure_of(const json_t *findings)
{
    size_t index;
    json_t *finding;
    json_array_foreach(findings, index, finding) {
        if (strcmp(json_string_value(json_object_get(finding, "check")), "schema") != 0)
            return "stop all gateways that use it, " CONNECTION_DAMAGE_CURE;
    }
    return "stop all gateways that use it, and restore a backup, or export it and import that into "
           "a new database";
}

static enum exit_code print(const struct target *target, const struct database_access *access,
                            const struct inspection *inspection, json_t *findings)
{
    const struct check_report result = {
        .database = target->path,
        .owner = access->owner.text,
        .rows = inspection->rows,
        .unchecked = inspection->unchecked,
        .findings = findings,
        .cure = cure_of(findings),
    };
    return check_report_print(target->options, &result);
}

static enum exit_code check(const struct target *target, void *user)
{
    (void)user;
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct findings findings = {.list = json_array(), .progress = progress_begin("checking")};
    struct inspection inspection = {.user = &findings, .found = take_finding, .advanced = advance};
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_READER, &failure);
    if (code == GQL_OK)
        code = inspection_run(&inspection, &access, &failure);
    progress_end(&findings.progress);
    const enum exit_code result = code == GQL_OK
                                      ? print(target, &access, &inspection, findings.list)
                                      : report_failure(&failure);
    json_decref(findings.list);
    database_access_close(&access);
    return result;
}

enum exit_code run_check(const struct options *options)
{
    return targets_each(options, check, NULL);
}
