// SPDX-License-Identifier: MIT
/* The command check. */
#include <stdio.h>

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
    struct findings *findings = user;
    json_array_append_new(findings->list,
                          json_pack("{s:s, s:s}", "check", check, "message", message));
}

static void advance(void *user, long long done, long long all)
{
    progress_advance(&((struct findings *)user)->progress, done, all);
}

static enum exit_code print_json(const struct target *target, const struct database_access *access,
                                 const struct inspection *inspection, json_t *findings)
{
    json_t *object = json_pack("{s:s, s:o, s:b, s:I, s:O, s:s*}", "database", target->path,
                               "organization", output_text_value(access->owner.text), "sound",
                               inspection->findings == 0, "integrations",
                               (json_int_t)inspection->rows, "findings", findings, "orderUnchecked",
                               inspection->unchecked[0] == '\0' ? NULL : inspection->unchecked);
    return output_json_line(object);
}

static void print_text(const struct target *target, const struct inspection *inspection,
                       const json_t *findings)
{
    size_t index;
    json_t *finding;
    output_text(text_of(target->path));
    printf(": %s; %lld integrations\n", inspection->findings == 0 ? "sound" : "damaged",
           inspection->rows);
    json_array_foreach(findings, index, finding) {
        printf("  %s: ", json_string_value(json_object_get(finding, "check")));
        output_text(text_of(json_string_value(json_object_get(finding, "message"))));
        putchar('\n');
    }
    if (inspection->unchecked[0] == '\0')
        return;
    fputs("  the order of titles was not checked: ", stdout);
    output_text(text_of(inspection->unchecked));
    putchar('\n');
}

static enum exit_code print(const struct target *target, const struct database_access *access,
                            const struct inspection *inspection, json_t *findings)
{
    enum exit_code code = EXIT_DONE;
    if (target->options->json != NULL)
        code = print_json(target, access, inspection, findings);
    else
        print_text(target, inspection, findings);
    if (code != EXIT_DONE || inspection->findings == 0)
        return code;
    return report(EXIT_FOUND,
                  "'%s' is damaged: stop all gateways that use it, " CONNECTION_DAMAGE_CURE,
                  target->path);
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
