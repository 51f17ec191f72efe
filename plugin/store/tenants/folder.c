// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/sqlite/options.h"

enum {
    FOLDER_MODE = 0700,
    FILES_RESERVED = 128, /* For the host. */
    FILES_MOST = 3 + 2,   /* Of a database with one reader: SQLite keeps those of closed ones. */
};

static const char file_name[] = "/integrations.db";

int32_t folder_check_root(const char *root, gql_failure *failure)
{
    struct stat found;
    if (stat(root, &found) != 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.root: '%s': %s. Make the folder, owned by the gateway's user with "
                    "the mode 0700",
                    root, strerrordesc_np(errno));
    if (!S_ISDIR(found.st_mode))
        return fail(failure, GQL_E_CONFIG,
                    "database.root: '%s' is not a folder; for a single database use database.path",
                    root);
    if (access(root, R_OK | W_OK | X_OK) != 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.root: the gateway's user can't use the folder '%s': %s", root,
                    strerrordesc_np(errno));
    return GQL_OK;
}

static int integer(const json_t *settings, const char *name)
{
    return (int)json_integer_value(json_object_get(settings, name));
}

int folder_most_open(const json_t *settings)
{
    struct rlimit files;
    const int most = integer(settings, "maxOpen");
    const int each = FILES_MOST + 2 * (sqlite_options_readers(settings) - 1);
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return most;
    const rlim_t possible = files.rlim_cur > FILES_RESERVED
                                ? (files.rlim_cur - FILES_RESERVED) / (rlim_t)each
                                : 1;
    return possible < 1 ? 1 : possible < (rlim_t)most ? (int)possible : most;
}

/* ---- Making ---- */

/* Makes the folder durable in the one that holds it. */
static bool sync_folder(const char *path)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    const bool synced = fsync(folder) == 0;
    const int error = errno;
    close(folder);
    errno = error;
    return synced;
}

static bool make_folder(char *path, size_t parent_size)
{
    if (mkdir(path, FOLDER_MODE) != 0)
        return errno == EEXIST;
    const char separator = path[parent_size];
    path[parent_size] = '\0';
    const bool synced = sync_folder(path);
    path[parent_size] = separator;
    return synced;
}

/* Makes `{root}/7b` and `{root}/7b/acme`. */
static bool make_folders(const char *root, char *path)
{
    const size_t root_size = strlen(root);
    char *below = strchr(path + root_size + 1, '/');
    *below = '\0';
    const bool made = make_folder(path, root_size);
    *below = '/';
    return made && make_folder(path, (size_t)(below - path));
}

/* ---- Opening ---- */

/* Whether a database's files could not be opened now: what failed has closed its own. */
static bool is_short_of_files(void)
{
    int files[FILES_MOST + 2];
    size_t count = 0;
    while (count < sizeof files / sizeof files[0] &&
           (files[count] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
        count++;
    const bool short_of = count < sizeof files / sizeof files[0];
    while (count > 0)
        close(files[--count]);
    return short_of;
}

static enum store_status explain(struct visit *visit, const char *path, int error)
{
    snprintf(visit->detail.text, sizeof visit->detail.text, "database.root: '%.180s': %s", path,
             strerrordesc_np(error));
    return error == ENOSPC || error == EDQUOT                    ? STORE_FULL
           : error == EMFILE || error == ENFILE                  ? STORE_SHORTAGE
           : error == EACCES || error == EPERM || error == EROFS ? STORE_DENIED
                                                                 : STORE_STOPPED;
}

static enum store_status open_file(struct databases *databases, struct text organization_id,
                                   struct visit *visit, const char *path, struct store **ret_store)
{
    gql_failure failure = {.struct_size = sizeof failure};
    struct store_options options = *databases->options;
    json_t *settings = json_copy(databases->settings);
    if (settings == NULL || json_object_set_new(settings, "path", json_string_nocheck(path)) != 0 ||
        json_object_set_new(settings, "dedicated", json_true()) != 0) {
        json_decref(settings);
        return STORE_NO_MEMORY;
    }
    options.database = settings;
    options.organization = organization_id;
    const int32_t code = store_open(databases->engine, &options, ret_store, &failure);
    json_decref(settings);
    if (code == GQL_OK)
        return STORE_OK;
    snprintf(visit->detail.text, sizeof visit->detail.text, "%.*s",
             (int)sizeof visit->detail.text - 1, failure.message);
    if (is_short_of_files())
        return STORE_SHORTAGE;
    return code == GQL_E_NO_MEMORY ? STORE_NO_MEMORY : STORE_STOPPED;
}

/* The database's path, and whether it is there. */
static enum store_status look(const char *root, struct visit *visit, char path[PATH_MAX])
{
    struct stat found;
    if (!tenant_folder(root, visit->organization_id, path, PATH_MAX - sizeof file_name))
        return explain(visit, root, ENAMETOOLONG);
    strcat(path, file_name);
    if (stat(path, &found) == 0)
        return STORE_OK;
    return errno == ENOENT || errno == ENOTDIR ? STORE_NOT_FOUND : explain(visit, path, errno);
}

enum store_status folder_look(const char *root, struct visit *visit)
{
    char path[PATH_MAX];
    return look(root, visit, path);
}

enum store_status folder_open(struct databases *databases, struct text organization_id,
                              struct visit *visit, struct store **ret_store)
{
    char path[PATH_MAX];
    const enum store_status status = look(databases->root, visit, path);
    if (status == STORE_NOT_FOUND && visit->makes) {
        char *end = path + strlen(path) - (sizeof file_name - 1);
        *end = '\0';
        if (!make_folders(databases->root, path))
            return explain(visit, path, errno);
        *end = file_name[0];
        listing_forget(databases->listing, organization_tag(organization_id));
    } else if (status != STORE_OK) {
        return status;
    }
    return open_file(databases, organization_id, visit, path, ret_store);
}
