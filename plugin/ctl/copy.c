// SPDX-License-Identifier: MIT
#include "plugin/ctl/copy.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/ctl/output.h"
#include "plugin/ctl/progress.h"
#include "plugin/store/sqlite/maintenance/copy.h"
#include "vault/real_path.h"

struct watch {
    struct progress progress;
    char found[512]; /* The first finding. */
};

static void take_finding(void *user, const char *check, const char *message)
{
    struct watch *watch = user;
    if (watch->found[0] == '\0')
        snprintf(watch->found, sizeof watch->found, "%s: %s", check, message);
}

static void advance(void *user, long long done, long long all)
{
    progress_advance(&((struct watch *)user)->progress, done, all);
}

static enum exit_code describe(struct copy *copy, const struct database_access *from,
                               const struct inspection *inspection)
{
    struct stat made;
    copy->integrations = inspection->rows;
    copy->bytes = stat(copy->made, &made) == 0 ? (long long)made.st_size : 0;
    if (from->owner.text.data != NULL)
        tenant_id_set(&copy->owner, from->owner.text);
    return EXIT_DONE;
}

static enum exit_code copy_database(struct copy *copy, const struct target *from)
{
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct watch watch = {.progress = progress_begin("copying")};
    struct inspection inspection = {.user = &watch, .found = take_finding, .advanced = advance};
    enum exit_code result = EXIT_DONE;
    int32_t code = database_access_open(&access, from->path, from->organization_id,
                                        CONNECTION_READER, &failure);
    if (code == GQL_OK)
        code = database_copy(&access, copy->made, &inspection, &failure);
    progress_end(&watch.progress);
    if (code != GQL_OK)
        result = report_failure(&failure);
    else if (inspection.findings > 0)
        result = report(EXIT_FOUND,
                        "'%s' is damaged, and was not copied: %s; see integrationsctl check",
                        from->path, watch.found);
    else
        result = describe(copy, &access, &inspection);
    database_access_close(&access);
    return result;
}

enum exit_code copy_make(struct copy *copy, const struct target *from, const char *to)
{
    struct vault_failure failure;
    *copy = (struct copy){.lock = VAULT_NO_FILE_LOCK};
    if (!vault_real_path(to, true, copy->path, &failure) ||
        !vault_file_lock(copy->path, &copy->lock, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    snprintf(copy->made, sizeof copy->made, "%s.new", copy->path);
    return copy_database(copy, from);
}

void copy_end(struct copy *copy)
{
    if (copy->made[0] != '\0')
        unlink(copy->made);
    vault_file_unlock(&copy->lock);
}
