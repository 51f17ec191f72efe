// SPDX-License-Identifier: MIT
/* The command consumers remove. */
#include <stdio.h>

#include "plugin/ctl/consumer_removing.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/maintenance/consumers.h"
#include "vault/tool/clock.h"

enum exit_code consumer_removal_print(const struct options *options, const char *database,
                                      const struct consumer_removal *removal)
{
    if (options->json != NULL)
        return output_json_line(json_pack("{s:o, s:o, s:I}", "database",
                                          output_text_value(text_of(database)), "consumer",
                                          output_text_value(removal->name), "organizations",
                                          (json_int_t)removal->removed));
    output_text(text_of(database));
    fputs(": ", stdout);
    output_text(removal->name);
    printf(" removed; %lld organization%s\n", removal->removed, removal->removed == 1 ? "" : "s");
    return EXIT_DONE;
}

/* `user` is whether any database had the consumer. */
static enum exit_code remove_from(const struct target *target, void *user)
{
    bool *found = user;
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct consumer_removal removal = {.name = text_of(target->options->operand),
                                       .organization_id = target->organization_id,
                                       .now = clock_now(),
                                       .is_forced = target->options->force != NULL};
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_WRITER, &failure);
    if (code == GQL_OK)
        code = database_consumer_remove(&access, &removal, &failure);
    database_access_close(&access);
    if (code != GQL_OK)
        return report_failure(&failure);
    *found = *found || removal.removed > 0;
    return removal.removed > 0 ? consumer_removal_print(target->options, target->path, &removal)
                               : EXIT_DONE;
}

enum exit_code consumer_removal_conclude(const struct options *options, enum exit_code code,
                                         bool found)
{
    if (code != EXIT_DONE || found)
        return code;
    return report(EXIT_FOUND,
                  "no consumer has the name '%s' here; integrationsctl consumers list shows them",
                  options->operand);
}

enum exit_code run_consumers_remove(const struct options *options)
{
    bool found = false;
    const enum exit_code code = targets_each(options, remove_from, &found);
    return consumer_removal_conclude(options, code, found);
}
