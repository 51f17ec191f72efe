// SPDX-License-Identifier: MIT
#include "plugin/ctl/copy.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/ctl/output.h"
#include "plugin/ctl/progress.h"
#include "plugin/store/sqlite/maintenance/copy.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "vault/real_path.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

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
        code = database_copy(&access, copy->made, &inspection, &copy->file, &failure);
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

/* 20300102T030405.678Z: in the name of a file, other programs take colons for something else. */
struct moment {
    char text[VAULT_TIMESTAMP_SIZE];
};

static struct moment moment_now(void)
{
    struct moment moment;
    size_t size = 0;
    vault_timestamp_write(clock_now(), moment.text);
    for (const char *at = moment.text; *at != '\0'; at++) {
        if (*at != '-' && *at != ':')
            moment.text[size++] = *at;
    }
    moment.text[size] = '\0';
    return moment;
}

enum exit_code copy_install(struct copy *copy, char ret_kept[PATH_MAX])
{
    gql_failure failure = {.struct_size = sizeof failure};
    return database_install(copy->made, &copy->file, copy->path, moment_now().text, ret_kept,
                            &failure) == GQL_OK
               ? EXIT_DONE
               : report_failure(&failure);
}

void copy_end(struct copy *copy)
{
    if (copy->made[0] != '\0')
        unlink(copy->made);
    vault_file_unlock(&copy->lock);
}
