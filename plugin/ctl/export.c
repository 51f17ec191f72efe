// SPDX-License-Identifier: MIT
/* The command export. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/ctl/exporting.h"
#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/replaceable.h"
#include "plugin/store/sqlite/maintenance/consumers.h"
#include "plugin/store/sqlite/maintenance/deleted.h"
#include "plugin/store/sqlite/maintenance/rows.h"
#include "plugin/store/sqlite/maintenance/trails.h"

static bool check(struct exporting *exporting, bool written)
{
    if (!written && !exporting->failed)
        report(EXIT_UNUSABLE, "the export can't be written: %s", strerrordesc_np(errno));
    exporting->failed = exporting->failed || !written;
    return written;
}

bool exporting_take_integration(void *user, const struct integration *integration)
{
    struct exporting *exporting = user;
    exporting->writer.integrations++;
    return check(exporting,
                 export_line(&exporting->writer, "integration", export_integration(integration)));
}

bool exporting_take_deleted(void *user, const struct deleted_integration *deleted)
{
    struct exporting *exporting = user;
    return check(exporting, export_line(&exporting->writer, "deleted", export_deleted(deleted)));
}

bool exporting_take_checkpoint(void *user, const struct trail_checkpoint *checkpoint)
{
    struct exporting *exporting = user;
    return checkpoint->head.length == 0 ||
           check(exporting, export_line(&exporting->writer, "checkpoint",
                                        export_checkpoint(checkpoint, exporting->organization_id)));
}

static int32_t export_checkpoint_of(struct exporting *exporting, struct database_access *access,
                                    gql_failure *failure)
{
    struct trail_checkpoint checkpoint;
    const int32_t code = database_trail_checkpoint(access, exporting->organization_id, &checkpoint,
                                                   failure);
    if (code == GQL_OK)
        exporting_take_checkpoint(exporting, &checkpoint);
    return code;
}

bool exporting_take_event(void *user, const struct trail_event *event)
{
    struct exporting *exporting = user;
    exporting->writer.events++;
    return check(exporting, export_line(&exporting->writer, "event",
                                        export_event(event, exporting->organization_id)));
}

/* One that has acknowledged nothing is as one that is not known. */
bool exporting_take_consumer(void *user, const struct listed_consumer *consumer)
{
    struct exporting *exporting = user;
    return consumer->position == 0 ||
           check(exporting, export_line(&exporting->writer, "consumer",
                                        export_consumer(consumer, exporting->organization_id)));
}

static enum exit_code export_organization(struct database_access *access,
                                          const struct target *target, struct text id, void *user)
{
    struct exporting *exporting = user;
    gql_failure failure = {.struct_size = sizeof failure};
    const struct store_event_range range = {.organization_id = id};
    (void)target;
    exporting->organization_id = id;
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_READ, &failure);
    if (code == GQL_OK)
        code = database_rows_of(access, id, exporting_take_integration, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = database_deleted_of(access, id, exporting_take_deleted, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = export_checkpoint_of(exporting, access, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = database_trail_read(access, &range, exporting_take_event, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = database_consumers_of(access, id, exporting_take_consumer, exporting, &failure);
    database_access_rollback(access);
    if (code != GQL_OK)
        return report_failure(&failure);
    return exporting->failed ? EXIT_UNUSABLE : EXIT_DONE;
}

static enum exit_code export_database(const struct target *target, void *user)
{
    return organizations_each(target, export_organization, user);
}

static enum exit_code export_files(const struct options *options, struct exporting *exporting)
{
    return targets_each(options, export_database, exporting);
}

static enum exit_code write_export(const struct options *options, exporting_fn *source,
                                   FILE *stream)
{
    static struct exporting exporting; /* Its sum needs more alignment than some stacks have. */
    if (!check(&exporting, export_begin(&exporting.writer, stream)))
        return EXIT_UNUSABLE;
    enum exit_code code = source(options, &exporting);
    if (code == EXIT_DONE && !check(&exporting, export_end(&exporting.writer)))
        code = EXIT_UNUSABLE;
    return code;
}

/* ---- To a file ---- */

static enum exit_code report_file(const char *path)
{
    return report(EXIT_UNUSABLE, "'%s' can't be written: %s%s", path, strerrordesc_np(errno),
                  errno == ENOENT ? "; make its folder first" : "");
}

/* It has its name only when it is whole and durable. */
static enum exit_code write_file(const struct options *options, exporting_fn *source,
                                 const char *temporary)
{
    const int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *stream = file < 0 ? NULL : fdopen(file, "w");
    if (stream == NULL)
        return report_file(options->to);
    enum exit_code code = write_export(options, source, stream);
    if (code == EXIT_DONE && fsync(file) != 0)
        code = report_file(options->to);
    if (fclose(stream) != 0 && code == EXIT_DONE)
        code = report_file(options->to);
    if (code == EXIT_DONE && rename(temporary, options->to) != 0)
        code = report_file(options->to);
    if (code != EXIT_DONE)
        unlink(temporary);
    return code;
}

enum exit_code exporting_run(const struct options *options, exporting_fn *source)
{
    char temporary[4096];
    struct stat found;
    if (options->to == NULL)
        return write_export(options, source, stdout);
    const bool is_there = lstat(options->to, &found) == 0;
    if (is_there && !replaceable(options->to, "{\"export\":"))
        return report_not_replaceable(options->to, "an export");
    if (is_there && options->force == NULL)
        return report(EXIT_UNUSABLE, "'%s' is there already; --force replaces it", options->to);
    if (snprintf(temporary, sizeof temporary, "%s.%ld.new", options->to, (long)getpid()) >=
        (int)sizeof temporary)
        return report(EXIT_UNUSABLE, "the path '%s' is too long", options->to);
    return write_file(options, source, temporary);
}

enum exit_code run_export(const struct options *options)
{
    return exporting_run(options, export_files);
}
