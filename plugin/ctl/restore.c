// SPDX-License-Identifier: MIT
/* The command restore. */
#include <stdio.h>

#include "plugin/ctl/copy.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "plugin/store/tenants/lease_hold.h"
#include "plugin/store/tenants/root.h"

/* One database that is restored. */
struct restoring {
    const struct options *options;
    struct copy copy;
    char kept[PATH_MAX]; /* The former database, or empty. */
};

static enum exit_code print(const struct restoring *restoring, const struct target *from)
{
    const struct copy *copy = &restoring->copy;
    const char *kept = restoring->kept[0] == '\0' ? NULL : restoring->kept;
    if (restoring->options->json != NULL)
        return output_json_line(json_pack(
            "{s:s, s:o, s:s, s:I, s:s?}", "database", copy->path, "organization",
            copy->owner.size == 0 ? json_null() : output_text_value(tenant_id_text(&copy->owner)),
            "backup", from->path, "integrations", (json_int_t)copy->integrations, "kept", kept));
    output_text(text_of(copy->path));
    printf(": restored, %lld integrations", copy->integrations);
    if (kept != NULL) {
        fputs("; the former database is kept as ", stdout);
        output_text(text_of(kept));
    }
    putchar('\n');
    return EXIT_DONE;
}

/* A path that is free, or may be replaced. A killed restore is finished without asking again. */
static enum exit_code refuse_existing(const struct restoring *restoring, const char *path,
                                      enum lease_state state)
{
    if (restoring->options->force != NULL || !database_is_there(path) ||
        database_is_half_installed(path))
        return EXIT_DONE;
    if (state == LEASE_MOVING)
        return report(EXIT_UNUSABLE,
                      "'%s' is there already, and a tool was ended while it worked on it. If that "
                      "is the restored one, use integrationsctl tenants resume; --force restores "
                      "it again, and keeps this one",
                      path);
    return report(EXIT_UNUSABLE,
                  "a database or its -wal is there already: '%s'; --force replaces it, and keeps "
                  "it by another name",
                  path);
}

/* ---- A single database ---- */

static enum exit_code restore_single(struct restoring *restoring, const struct target *from)
{
    const char *path = restoring->options->database;
    enum exit_code code = refuse_existing(restoring, path, LEASE_ACTIVE);
    if (code != EXIT_DONE)
        return code;
    code = copy_make(&restoring->copy, from, path);
    if (code == EXIT_DONE)
        code = refuse_existing(restoring, restoring->copy.path, LEASE_ACTIVE);
    if (code == EXIT_DONE)
        code = copy_install(&restoring->copy, restoring->kept);
    copy_end(&restoring->copy);
    return code;
}

/* ---- An organization's ---- */

static enum exit_code refuse_state(const struct restoring *restoring, const struct target *from,
                                   enum lease_state state)
{
    if (state != LEASE_ERASED || restoring->options->force != NULL)
        return EXIT_DONE;
    return report(EXIT_UNUSABLE,
                  "organization '%.*s' was erased, as its tombstone says; --force brings it back",
                  (int)from->organization_id.size, from->organization_id.data);
}

/* The database is closed everywhere. The lease says what it said before if this is done. */
static enum exit_code install_held(struct restoring *restoring, struct lease_hold *hold)
{
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = refuse_existing(restoring, restoring->copy.path, hold->state);
    if (code == EXIT_DONE)
        code = copy_install(&restoring->copy, restoring->kept);
    if (code != EXIT_DONE && database_is_half_installed(restoring->copy.path))
        return report(code, "the organization stays closed until the restore is run again");
    const enum lease_state after = hold->former == LEASE_ERASED && code == EXIT_DONE ? LEASE_ACTIVE
                                                                                     : hold->former;
    return lease_hold_write(hold, after, &failure) == GQL_OK ? code : report_failure(&failure);
}

/* The database is closed for as long as it takes to rename the copy. */
static enum exit_code restore_by_lease(struct restoring *restoring, const struct target *from,
                                       const char *path, struct lease_hold *hold)
{
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = refuse_state(restoring, from, hold->former);
    if (code == EXIT_DONE)
        code = refuse_existing(restoring, path, hold->state);
    if (code != EXIT_DONE)
        return code;
    code = copy_make(&restoring->copy, from, path);
    if (code == EXIT_DONE && lease_hold_close_database(hold, LEASE_MOVING, "", &failure) != GQL_OK)
        code = report_failure(&failure);
    else if (code == EXIT_DONE)
        code = install_held(restoring, hold);
    copy_end(&restoring->copy);
    return code;
}

static enum exit_code restore_tenant(struct restoring *restoring, const struct target *from)
{
    struct tenant tenant;
    struct lease_hold hold;
    gql_failure failure = {.struct_size = sizeof failure};
    const char *root = restoring->options->root;
    enum exit_code code = tenant_locate(&tenant, root, from->organization_id);
    if (code == EXIT_DONE)
        code = tenant_make_folder(&tenant, root);
    if (code != EXIT_DONE)
        return code;
    if (lease_hold_begin(&hold, tenant.folder, &failure) != GQL_OK)
        return report_failure(&failure);
    code = restore_by_lease(restoring, from, tenant.database, &hold);
    lease_hold_end(&hold);
    return code;
}

static enum exit_code restore(const struct target *from, void *user)
{
    struct restoring restoring = {.options = user};
    const enum exit_code code = restoring.options->root != NULL ? restore_tenant(&restoring, from)
                                                                : restore_single(&restoring, from);
    return code == EXIT_DONE ? print(&restoring, from) : code;
}

/* The targets are the backups. */
enum exit_code run_restore(const struct options *options)
{
    struct options from = *options, to = *options;
    gql_failure failure = {.struct_size = sizeof failure};
    if (options->root != NULL && root_check(options->root, &failure) != GQL_OK)
        return report_failure(&failure);
    if (options->root != NULL && tenant_is_same_folder(options->root, options->from))
        return report(EXIT_USAGE,
                      "--from '%s' is the root itself: name the folder that backup had as --to",
                      options->from);
    if (options->root != NULL)
        from.root = options->from;
    else
        from.database = options->from;
    return targets_each(&from, restore, &to);
}
