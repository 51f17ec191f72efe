// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/json_copy.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/engine.h"
#include "plugin/store/sqlite/cure.h"
#include "plugin/store/tenants/database_voice.h"
#include "plugin/store/tenants/root.h"

enum { FOLDER_MODE = 0700 };

static const char file_name[] = "/" TENANT_DATABASE;

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

bool folder_make(const char *root, char *path)
{
    const size_t root_size = strlen(root);
    char *below = strchr(path + root_size + 1, '/');
    *below = '\0';
    const bool made = make_folder(path, root_size);
    *below = '/';
    return made && make_folder(path, (size_t)(below - path));
}

/* ---- Opening ---- */

static bool is_denied(int error)
{
    return error == EACCES || error == EPERM || error == EROFS;
}

static enum store_status explain(struct store_detail *detail, const char *path, int error)
{
    if (is_denied(error))
        snprintf(detail->text, sizeof detail->text, "database.root: %s%.220s",
                 strerrordesc_np(error), cure_of_folder(path).text);
    else
        snprintf(detail->text, sizeof detail->text, "database.root: '%.120s': %s%.80s", path,
                 strerrordesc_np(error), cure_of_error(error).text);
    return error == ENOSPC || error == EDQUOT                      ? STORE_FULL
           : error == EMFILE || error == ENFILE || error == ENOLCK ? STORE_SHORTAGE
           : is_denied(error)                                      ? STORE_DENIED
                                                                   : STORE_STOPPED;
}

/* One that is there, but may not be read, is named itself; otherwise its folder is to blame. */
static enum store_status explain_lease(struct store_detail *detail, const char *folder, int error)
{
    char path[PATH_MAX + sizeof TENANT_LEASE];
    struct stat found;
    snprintf(path, sizeof path, "%s/" TENANT_LEASE, folder);
    if (!is_denied(error))
        return explain(detail, path, error);
    if (stat(path, &found) != 0)
        return explain(detail, folder, error);
    snprintf(detail->text, sizeof detail->text, "database.root: %s%.220s", strerrordesc_np(error),
             cure_of_read_only(path).text);
    return STORE_DENIED;
}

/* The client is told that the log has the cause; of another organization, it has another. */
static void complain(struct database *database, const char *cause)
{
    char line[1024];
    unsigned held;
    struct databases *databases = database->databases;
    const struct text id = database_organization(database);
    unserved_note(&databases->unserved, id, cause);
    if (!throttle_pass(&databases->failures[organization_tag(id) % FAILURE_SLOTS], monotonic_now(),
                       &held))
        return;
    snprintf(line, sizeof line, "organization '%.*s' can't be served: %s", (int)id.size, id.data,
             cause);
    databases->options->log(databases->options->user, GQL_LOG_ERROR, line);
}

/* The failure of a store that is being opened; of one that has to wait, it says what for. */
static enum store_status judge(struct database *database, int32_t code, const gql_failure *failure,
                               struct store_detail *detail)
{
    char cause[sizeof failure->message];
    database_voice_copy(cause, sizeof cause, failure->message);
    snprintf(detail->text, sizeof detail->text, "%.*s", (int)sizeof detail->text - 1, cause);
    if (code == GQL_OK) {
        unserved_end(&database->databases->unserved, database_organization(database));
        return STORE_OK;
    }
    if (root_is_short_of_files())
        return STORE_SHORTAGE;
    if (code == GQL_E_NO_MEMORY)
        return STORE_NO_MEMORY;
    complain(database, cause);
    detail->text[0] = '\0';
    return STORE_STOPPED;
}

static enum store_status open_file(struct database *database, const char *path,
                                   struct store_detail *detail)
{
    const struct databases *databases = database->databases;
    gql_failure failure = {.struct_size = sizeof failure};
    struct store_options options = *databases->options;
    json_t *settings = json_copy_whole(databases->settings);
    if (settings == NULL || json_object_set_new(settings, "path", json_string_nocheck(path)) != 0 ||
        json_object_set_new(settings, "dedicated", json_true()) != 0) {
        json_decref(settings);
        return STORE_NO_MEMORY;
    }
    options.database = settings;
    options.organization = database_organization(database);
    database_voice_lend(database, &options);
    const int32_t code = store_begin(databases->engine, &options, &database->store, &failure);
    json_decref(settings);
    return judge(database, code, &failure, detail);
}

static enum store_status status_of_lease(const struct database *database)
{
    const enum lease_state state = database->lease.state;
    if (!lease_closes(state))
        return STORE_OK;
    return state == LEASE_ERASED && !database->makes ? STORE_NOT_FOUND : STORE_STOPPED;
}

/* Takes the lease in the folder; one that is missing only if it `makes` one. */
static enum store_status take_lease(struct database *database, const char *folder, bool makes,
                                    struct store_detail *detail)
{
    struct databases *databases = database->databases;
    struct lease *lease = &database->lease;
    const char *mode = json_string_value(json_object_get(databases->settings, "fileMode"));
    const int error = lease_take(lease, folder, makes, (unsigned)strtoul(mode, NULL, 8));
    if (!makes && (error == ENOENT || error == ENOTDIR))
        return STORE_OK;
    if (error != 0)
        return explain_lease(detail, folder, error);
    lease_log_taken(&databases->lease_log, lease->state, database_organization(database), folder);
    return status_of_lease(database);
}

/* Makes the folder of a database that is missing, if the visit and the lease allow it. */
static enum store_status make_missing(struct database *database, char *folder,
                                      struct store_detail *detail)
{
    struct databases *databases = database->databases;
    if (!root_guard_check(databases->guard))
        return STORE_STOPPED;
    if (!database->makes)
        return STORE_NOT_FOUND;
    if (lease_suspends(database->lease.state))
        return STORE_STOPPED;
    if (!folder_make(databases->root, folder))
        return explain(detail, folder, errno);
    listing_forget(databases->listing, database->tag);
    return STORE_OK;
}

static enum store_status open_with_lease(struct database *database, char *folder,
                                         struct store_detail *detail)
{
    char path[PATH_MAX + sizeof file_name];
    struct stat found;
    enum store_status status = take_lease(database, folder, false, detail);
    if (status != STORE_OK)
        return status;
    snprintf(path, sizeof path, "%s%s", folder, file_name);
    if (stat(path, &found) != 0)
        status = errno == ENOENT || errno == ENOTDIR ? make_missing(database, folder, detail)
                                                     : explain(detail, path, errno);
    if (status == STORE_OK && database->lease.file < 0)
        status = take_lease(database, folder, true, detail);
    return status == STORE_OK ? open_file(database, path, detail) : status;
}

/* A lease may say what became of the database. */
enum store_status folder_look(const char *root, struct text organization_id,
                              struct store_detail *detail)
{
    static const char *const names[] = {file_name, "/" TENANT_LEASE};
    char path[PATH_MAX];
    struct stat found;
    if (!tenant_folder(root, organization_id, path, sizeof path - sizeof file_name))
        return explain(detail, root, ENAMETOOLONG);
    char *end = path + strlen(path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        strcpy(end, names[i]);
        if (stat(path, &found) == 0)
            return STORE_OK;
        if (errno != ENOENT && errno != ENOTDIR)
            return explain(detail, path, errno);
    }
    return STORE_NOT_FOUND;
}

/* False if the path is too long. Room is left for the name of a file. */
static bool find_folder(const struct database *database, char folder[PATH_MAX])
{
    return tenant_folder(database->databases->root, database_organization(database), folder,
                         PATH_MAX - sizeof file_name);
}

void folder_give_up(struct database *database, enum store_status status,
                    const struct store_detail *detail)
{
    store_close(&database->store);
    lease_give(&database->lease);
    if (status == STORE_STOPPED && detail->text[0] != '\0')
        complain(database, detail->text);
}

enum store_status folder_open(struct database *database, struct store_detail *detail)
{
    char folder[PATH_MAX];
    detail->text[0] = '\0';
    if (!find_folder(database, folder))
        return explain(detail, database->databases->root, ENAMETOOLONG);
    database->lease = (struct lease){.file = -1};
    const enum store_status status = open_with_lease(database, folder, detail);
    if (status != STORE_OK)
        folder_give_up(database, status, detail);
    return status;
}

enum store_status folder_go_on(struct database *database, struct store_detail *detail)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = store_go_on(&database->store, &failure);
    const enum store_status status = judge(database, code, &failure, detail);
    if (status != STORE_OK)
        folder_give_up(database, status, detail);
    return status;
}

enum store_status folder_check_lease(struct database *database)
{
    char folder[PATH_MAX];
    if (!find_folder(database, folder))
        return STORE_OK;
    lease_log_look(&database->databases->lease_log, &database->lease,
                   database_organization(database), folder);
    const enum store_status status = status_of_lease(database);
    if (status != STORE_OK)
        folder_give_up(database, status, &(struct store_detail){""});
    return status;
}
