// SPDX-License-Identifier: MIT
/* The command import on a server. */
#include <stdio.h>

#include "plugin/ctl/import_file.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/postgres/maintenance/server_intake.h"

struct server_import {
    const struct options *options;
    struct server_access access;
    struct server_intake intake;
};

static enum exit_code print(const struct server_import *import)
{
    const struct server_intake *intake = &import->intake;
    if (import->options->json != NULL)
        return output_json_line(json_pack("{s:s, s:I, s:I, s:I}", "database", import->access.name,
                                          "imported", (json_int_t)intake->added, "same",
                                          (json_int_t)intake->same, "deleted",
                                          (json_int_t)intake->deleted_added));
    output_text(text_of(import->access.name));
    printf(": %lld integrations imported, %lld were there", intake->added, intake->same);
    if (intake->deleted_added > 0)
        printf("; deleted: %lld", intake->deleted_added);
    putchar('\n');
    return EXIT_DONE;
}

static int32_t take(struct server_import *import, const struct import_reader *reader,
                    enum import_kind kind, gql_failure *failure)
{
    struct server_intake *intake = &import->intake;
    if (kind == IMPORT_END)
        return server_intake_commit(intake, failure);
    if (kind == IMPORT_CHECKPOINT)
        return server_intake_checkpoint(intake, reader->organization_id, &reader->checkpoint,
                                        failure);
    if (kind == IMPORT_EVENT)
        return server_intake_event(intake, reader->organization_id, &reader->event, failure);
    if (kind == IMPORT_DELETED)
        return server_intake_deleted(intake,
                                     &(struct deleted_integration){reader->integration,
                                                                   reader->deleted_at},
                                     failure);
    if (kind == IMPORT_INTEGRATION)
        return server_intake_integration(intake, &reader->integration, failure);
    return server_intake_consumer(intake, reader->organization_id, reader->consumer,
                                  reader->position, failure);
}

static enum exit_code take_line(void *user, const struct import_reader *reader,
                                enum import_kind kind)
{
    struct server_import *import = user;
    gql_failure failure = {.struct_size = sizeof failure};
    if (take(import, reader, kind, &failure) != GQL_OK)
        return report_failure(&failure);
    return kind == IMPORT_END ? print(import) : EXIT_DONE;
}

enum exit_code server_import(const struct options *options)
{
    static struct server_import import;
    gql_failure failure = {.struct_size = sizeof failure};
    import.options = options;
    enum exit_code code = server_open(&import.access, options, false);
    if (code == EXIT_DONE &&
        server_intake_begin(&import.intake, &import.access, &failure) != GQL_OK)
        code = report_failure(&failure);
    if (code == EXIT_DONE)
        code = import_file(options, take_line, &import);
    server_intake_end(&import.intake);
    server_access_close(&import.access);
    return code;
}
