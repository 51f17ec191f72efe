// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/json_copy.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/sqlite/options.h"

enum {
    FOLDER_MODE = 0700,
    FILES_RESERVED = 128, /* For the host. */
    /* Of a database with one reader, and its lease: SQLite keeps those of closed ones. */
    FILES_MOST = 3 + 2 + 1,
};

static const char file_name[] = "/" TENANT_DATABASE;

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
    return error == ENOSPC || error == EDQUOT                      ? STORE_FULL
           : error == EMFILE || error == ENFILE || error == ENOLCK ? STORE_SHORTAGE
           : error == EACCES || error == EPERM || error == EROFS   ? STORE_DENIED
                                                                   : STORE_STOPPED;
}

static enum store_status open_file(struct databases *databases, struct text organization_id,
                                   struct visit *visit, const char *path, struct store **ret_store)
{
    gql_failure failure = {.struct_size = sizeof failure};
    struct store_options options = *databases->options;
    json_t *settings = json_copy_whole(databases->settings);
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

/* The client is told that the log has the cause. */
static void complain(struct databases *databases, const struct visit *visit)
{
    char line[1024];
    unsigned held;
    const struct text id = visit->organization_id;
    if (!throttle_pass(&databases->failures, monotonic_now(), &held))
        return;
    snprintf(line, sizeof line, "organization '%.*s' can't be served: %s", (int)id.size, id.data,
             visit->detail.text);
    databases->options->log(databases->options->user, GQL_LOG_ERROR, line);
}

/* Takes the lease in the folder; one that is missing only if it `makes` one. */
static enum store_status take_lease(struct databases *databases, struct visit *visit,
                                    const char *folder, bool makes, struct lease *lease)
{
    const char *mode = json_string_value(json_object_get(databases->settings, "fileMode"));
    const int error = lease_take(lease, folder, makes, (unsigned)strtoul(mode, NULL, 8));
    if (!makes && (error == ENOENT || error == ENOTDIR))
        return STORE_OK;
    if (error != 0)
        return explain(visit, folder, error);
    if (!lease_closes(lease->state) && !lease_suspends(lease->state))
        return STORE_OK;
    lease_log_say(&databases->lease_log, lease->state, visit->organization_id, folder, true);
    if (lease_suspends(lease->state))
        return STORE_OK;
    return lease->state == LEASE_ERASED && !visit->makes ? STORE_NOT_FOUND : STORE_STOPPED;
}

/* Makes the folder of a database that is missing, if the visit and the lease allow it. */
static enum store_status make_missing(struct databases *databases, struct visit *visit,
                                      char *folder, const struct lease *lease)
{
    if (!visit->makes)
        return STORE_NOT_FOUND;
    if (lease_suspends(lease->state))
        return STORE_STOPPED;
    if (!make_folders(databases->root, folder))
        return explain(visit, folder, errno);
    listing_forget(databases->listing, organization_tag(visit->organization_id));
    return STORE_OK;
}

static enum store_status open_with_lease(struct databases *databases, struct visit *visit,
                                         char *folder, struct lease *lease,
                                         struct text organization_id, struct store **ret_store)
{
    char path[PATH_MAX + sizeof file_name];
    struct stat found;
    enum store_status status = take_lease(databases, visit, folder, false, lease);
    if (status != STORE_OK)
        return status;
    snprintf(path, sizeof path, "%s%s", folder, file_name);
    if (stat(path, &found) != 0)
        status = errno == ENOENT || errno == ENOTDIR ? make_missing(databases, visit, folder, lease)
                                                     : explain(visit, path, errno);
    if (status == STORE_OK && lease->file < 0)
        status = take_lease(databases, visit, folder, true, lease);
    return status == STORE_OK ? open_file(databases, organization_id, visit, path, ret_store)
                              : status;
}

/* A lease may say what became of the database. */
enum store_status folder_look(const char *root, struct visit *visit)
{
    static const char *const names[] = {file_name, "/" TENANT_LEASE};
    char path[PATH_MAX];
    struct stat found;
    if (!tenant_folder(root, visit->organization_id, path, sizeof path - sizeof file_name))
        return explain(visit, root, ENAMETOOLONG);
    char *end = path + strlen(path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        strcpy(end, names[i]);
        if (stat(path, &found) == 0)
            return STORE_OK;
        if (errno != ENOENT && errno != ENOTDIR)
            return explain(visit, path, errno);
    }
    return STORE_NOT_FOUND;
}

enum store_status folder_open(struct databases *databases, struct text organization_id,
                              struct visit *visit, struct lease *lease, struct store **ret_store)
{
    char folder[PATH_MAX];
    if (!tenant_folder(databases->root, organization_id, folder, sizeof folder - sizeof file_name))
        return explain(visit, databases->root, ENAMETOOLONG);
    *lease = (struct lease){.file = -1};
    const enum store_status status = open_with_lease(databases, visit, folder, lease,
                                                     organization_id, ret_store);
    if (status != STORE_OK)
        lease_give(lease);
    if (status == STORE_STOPPED && visit->detail.text[0] != '\0')
        complain(databases, visit);
    return status;
}
