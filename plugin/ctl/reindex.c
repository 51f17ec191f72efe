// SPDX-License-Identifier: MIT
/* The command reindex. */
#include <stdio.h>
#include <string.h>

#include "plugin/ctl/output.h"
#include "plugin/ctl/progress.h"
#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/exclusive.h"
#include "plugin/store/sqlite/maintenance/reordering.h"

static void advance(void *user, long long done, long long all)
{
    progress_advance(user, done, all);
}

static enum exit_code print(const struct target *target, const struct database_access *access,
                            const struct reordering *done)
{
    if (target->options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:s, s:s, s:I, s:I}", "database", target->path, "organization",
                      output_text_value(access->owner.text), "before", done->before, "after",
                      done->after, "integrations", (json_int_t)done->rows, "moved",
                      (json_int_t)done->moved));
    output_text(text_of(target->path));
    printf(": %lld of %lld integrations have another place", done->moved, done->rows);
    if (strcmp(done->before, done->after) != 0) {
        fputs("; the order was made with ", stdout);
        output_text(text_of(done->before));
        fputs(", and is made with ", stdout);
        output_text(text_of(done->after));
    }
    putchar('\n');
    return EXIT_DONE;
}

static enum exit_code reindex(const struct target *target, void *user)
{
    struct database_access access;
    struct progress progress = progress_begin("reindexing");
    struct reordering reordering = {.locale = target->options->locale,
                                    .user = &progress,
                                    .advanced = advance};
    gql_failure failure = {.struct_size = sizeof failure};
    (void)user;
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_WRITER, &failure);
    if (code == GQL_OK)
        code = database_reorder(&reordering, &access, &failure);
    progress_end(&progress);
    const enum exit_code result = code == GQL_OK ? print(target, &access, &reordering)
                                                 : report_failure(&failure);
    database_access_close(&access);
    return result;
}

/* A gateway that has it open would find it in another order than its own. */
static enum exit_code refuse_in_use(const char *path, struct text organization_id)
{
    struct exclusive exclusive;
    gql_failure failure = {.struct_size = sizeof failure};
    struct database_access access;
    int32_t code = database_access_open(&access, path, organization_id, CONNECTION_READER,
                                        &failure);
    database_access_close(&access);
    if (code != GQL_OK)
        return report_failure(&failure);
    const bool taken = exclusive_take(&exclusive, path, 0);
    exclusive_give(&exclusive);
    return taken ? EXIT_DONE
                 : report(EXIT_UNUSABLE, "'%s' is in use: stop the gateways and tools that use it",
                          path);
}

enum exit_code run_reindex(const struct options *options)
{
    if (options->root != NULL)
        return targets_each_closed(options, reindex, NULL);
    const enum exit_code code = refuse_in_use(options->database, text_of(options->organization));
    return code == EXIT_DONE ? targets_each(options, reindex, NULL) : code;
}
