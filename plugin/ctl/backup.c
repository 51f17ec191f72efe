// SPDX-License-Identifier: MIT
/* The command backup. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "plugin/ctl/copy.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/replaceable.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/maintenance/install.h"

static enum exit_code print(const struct target *target, const struct copy *copy)
{
    if (target->options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:s, s:I, s:I}", "database", target->path, "organization",
                      copy->owner.size == 0 ? json_null()
                                            : output_text_value(tenant_id_text(&copy->owner)),
                      "backup", copy->path, "integrations", (json_int_t)copy->integrations, "bytes",
                      (json_int_t)copy->bytes));
    output_text(text_of(copy->path));
    printf(": %lld integrations, %lld bytes\n", copy->integrations, copy->bytes);
    return EXIT_DONE;
}

static enum exit_code place(const struct copy *copy)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return database_replace(copy->made, copy->path, &failure) == GQL_OK ? EXIT_DONE
                                                                        : report_failure(&failure);
}

static enum exit_code refuse_existing(const struct target *target, const char *path)
{
    char real[PATH_MAX];
    if (realpath(path, real) != NULL && !replaceable(real, "SQLite format 3"))
        return report_not_replaceable(path, "a database");
    if (target->options->force != NULL || !database_is_there(path))
        return EXIT_DONE;
    return report(EXIT_UNUSABLE, "a file, or its -wal, is there already: '%s'; --force replaces it",
                  path);
}

static enum exit_code refuse_itself(const struct target *target, const char *path)
{
    struct stat source, found;
    if (stat(target->path, &source) != 0 || stat(path, &found) != 0 ||
        source.st_dev != found.st_dev || source.st_ino != found.st_ino)
        return EXIT_DONE;
    return report(EXIT_USAGE, "'%s' is the database itself; name another place", path);
}

/* Two tools that are started at once meet at the lock: the second looks again. */
static enum exit_code back_up_to(const struct target *target, const char *path)
{
    struct copy copy;
    enum exit_code code = refuse_itself(target, path);
    if (code == EXIT_DONE)
        code = refuse_existing(target, path);
    if (code != EXIT_DONE)
        return code;
    code = copy_make(&copy, target, path);
    if (code == EXIT_DONE)
        code = refuse_existing(target, copy.path);
    if (code == EXIT_DONE)
        code = place(&copy);
    copy_end(&copy);
    return code == EXIT_DONE ? print(target, &copy) : code;
}

/* The backup of a root is a root itself. */
static enum exit_code back_up_tenant(const struct target *target)
{
    struct tenant tenant;
    const char *root = target->options->to;
    if (mkdir(root, 0700) != 0 && errno != EEXIST)
        return report(EXIT_UNUSABLE, "'%s' can't be made: %s", root, strerrordesc_np(errno));
    enum exit_code code = tenant_locate(&tenant, root, target->organization_id);
    if (code == EXIT_DONE)
        code = tenant_make_folder(&tenant, root);
    return code == EXIT_DONE ? back_up_to(target, tenant.database) : code;
}

static enum exit_code back_up(const struct target *target, void *user)
{
    (void)user;
    return target->options->root != NULL ? back_up_tenant(target)
                                         : back_up_to(target, target->options->to);
}

enum exit_code run_backup(const struct options *options)
{
    return targets_each(options, back_up, NULL);
}
