// SPDX-License-Identifier: MIT
/* The command import: takes the file, a transaction per database. */
#include <stdio.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/import_file.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/maintenance/intake.h"
#include "plugin/store/sqlite/maintenance/provision.h"
#include "plugin/store/tenants/root.h"

struct importing {
    const struct options *options;
    enum exit_code worst; /* Of the databases until now. */
    /* The database that lines go to. */
    bool is_open;
    bool has_failed;               /* The rest of its lines is left out. */
    struct tenant_id organization; /* Under a root: whose it is. */
    struct lease lease;
    struct tenant tenant;
    struct database_access access;
    struct intake intake;
};

/* ---- The database ---- */

static enum exit_code take_lease(struct importing *importing)
{
    const struct tenant *tenant = &importing->tenant;
    const int error = lease_take(&importing->lease, tenant->folder, true, 0600);
    if (error != 0)
        return report(EXIT_UNUSABLE, "'%s/" TENANT_LEASE "' can't be used: %s", tenant->folder,
                      strerrordesc_np(error));
    if (!lease_closes(importing->lease.state))
        return EXIT_DONE;
    return report(EXIT_UNUSABLE, "organization '%.*s' can't be imported: it is %s",
                  (int)tenant->id.size, tenant->id.data,
                  importing->lease.state == LEASE_ERASED ? "erased"
                                                         : "being moved, restored or reindexed");
}

static enum exit_code prepare_tenant(struct importing *importing)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const char *root = importing->options->root;
    enum exit_code code = tenant_locate(&importing->tenant, root,
                                        tenant_id_text(&importing->organization));
    if (code == EXIT_DONE)
        code = tenant_make_folder(&importing->tenant, root);
    if (code == EXIT_DONE)
        code = take_lease(importing);
    if (code == EXIT_DONE &&
        database_provision(importing->tenant.database, importing->tenant.id, &failure) != GQL_OK)
        code = report_failure(&failure);
    return code;
}

static enum exit_code open_database(struct importing *importing, struct text id)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const bool is_root = importing->options->root != NULL;
    importing->is_open = true;
    importing->lease.file = -1;
    importing->access = (struct database_access){.schema = 0};
    importing->intake = (struct intake){.access = NULL};
    tenant_id_set(&importing->organization, id);
    const enum exit_code code = is_root ? prepare_tenant(importing) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    const char *path = is_root ? importing->tenant.database : importing->options->database;
    int32_t opened = database_access_open(&importing->access, path, is_root ? id : NO_TEXT,
                                          CONNECTION_WRITER, &failure);
    if (opened == GQL_OK)
        opened = intake_begin(&importing->intake, &importing->access, &failure);
    return opened == GQL_OK ? EXIT_DONE : report_failure(&failure);
}

static void close_database(struct importing *importing)
{
    if (!importing->is_open)
        return;
    intake_end(&importing->intake);
    database_access_close(&importing->access);
    lease_give(&importing->lease);
    importing->is_open = false;
}

static enum exit_code print(const struct importing *importing)
{
    const struct intake *intake = &importing->intake;
    if (importing->options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:I, s:I, s:I}", "database", importing->access.path, "imported",
                      (json_int_t)intake->added, "same", (json_int_t)intake->same, "deleted",
                      (json_int_t)intake->deleted));
    output_text(text_of(importing->access.path));
    printf(": %lld integrations imported, %lld were there", intake->added, intake->same);
    if (intake->deleted > 0)
        printf("; deleted: %lld", intake->deleted);
    putchar('\n');
    return EXIT_DONE;
}

static enum exit_code commit_database(struct importing *importing)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (!importing->is_open)
        return EXIT_DONE;
    const enum exit_code code = intake_commit(&importing->intake, &failure) == GQL_OK
                                    ? print(importing)
                                    : report_failure(&failure);
    close_database(importing);
    return code;
}

/* ---- The lines ---- */

static void note(struct importing *importing, enum exit_code code)
{
    importing->has_failed = code != EXIT_DONE;
    if (code > importing->worst)
        importing->worst = code;
}

/* Under a root, an organization's lines stand together. One that fails does so alone. */
static void enter(struct importing *importing, struct text id)
{
    const bool same = importing->options->root == NULL ||
                      text_equal(tenant_id_text(&importing->organization), id);
    if (importing->is_open && same)
        return;
    if (importing->is_open && !importing->has_failed)
        note(importing, commit_database(importing));
    close_database(importing);
    note(importing, open_database(importing, id));
}

static int32_t take(struct importing *importing, const struct import_reader *reader,
                    enum import_kind kind, gql_failure *failure)
{
    struct intake *intake = &importing->intake;
    switch (kind) {
    case IMPORT_CHECKPOINT:
        return intake_checkpoint(intake, reader->organization_id, &reader->checkpoint, failure);
    case IMPORT_EVENT:
        return intake_event(intake, reader->organization_id, &reader->event, failure);
    case IMPORT_CONSUMER:
        return intake_consumer(intake, reader->organization_id, reader->consumer, reader->position,
                               failure);
    case IMPORT_DELETED:
        return intake_deleted(intake,
                              &(struct deleted_integration){reader->integration,
                                                            reader->deleted_at},
                              failure);
    default:
        return intake_integration(intake, &reader->integration, failure);
    }
}

static enum exit_code refuse_owner(const struct importing *importing, struct text id)
{
    const struct owner *owner = &importing->access.owner;
    if (owner->text.data == NULL || text_equal(owner->text, id))
        return EXIT_DONE;
    const char *cure = importing->options->organization == NULL
                           ? "import that organization alone, with --organization"
                           : "import into a database of that organization's, or of all";
    return report(EXIT_UNUSABLE,
                  "'%s' belongs to the organization '%.*s', and takes nothing of '%.*s'; %s. "
                  "Nothing was imported",
                  importing->access.path, (int)owner->text.size, owner->text.data, (int)id.size,
                  id.data, cure);
}

static enum exit_code take_line(struct importing *importing, const struct import_reader *reader,
                                enum import_kind kind)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const enum exit_code code = refuse_owner(importing, reader->organization_id);
    if (code != EXIT_DONE)
        return code;
    return take(importing, reader, kind, &failure) == GQL_OK ? EXIT_DONE : report_failure(&failure);
}

/* What has failed is left out, and the rest goes on. */
static enum exit_code take_next(void *user, const struct import_reader *reader,
                                enum import_kind kind)
{
    struct importing *importing = user;
    if (kind != IMPORT_END)
        enter(importing, reader->organization_id);
    if (!importing->has_failed)
        note(importing,
             kind == IMPORT_END ? commit_database(importing) : take_line(importing, reader, kind));
    return EXIT_DONE;
}

enum exit_code run_import(const struct options *options)
{
    struct importing importing = {.options = options};
    gql_failure failure = {.struct_size = sizeof failure};
    if (options->root != NULL && root_check(options->root, &failure) != GQL_OK)
        return report_failure(&failure);
    const enum exit_code code = import_file(options, take_next, &importing);
    close_database(&importing);
    return code > importing.worst ? code : importing.worst;
}
