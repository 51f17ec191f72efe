// SPDX-License-Identifier: MIT
#include "plugin/ctl/erase_shared.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>

#include "plugin/base/text.h"
#include "plugin/ctl/progress.h"
#include "plugin/ctl/receipt.h"
#include "plugin/store/sqlite/maintenance/erasure.h"
#include "vault/tool/clock.h"

static void advance(void *user, long long done, long long all)
{
    progress_advance(user, done, all);
}

/* ---- The receipt ---- */

/* Former databases that restores have kept, and what a tool that was killed has left. */
static bool is_beside(const char *name, const char *database)
{
    const size_t size = strlen(database);
    return strncmp(name, database, size) == 0 && name[size] != '\0' &&
           strcmp(name + size, "-wal") != 0 && strcmp(name + size, "-shm") != 0;
}

static void add_files_beside(json_t *not_reached, const char *path)
{
    char folder[PATH_MAX], line[PATH_MAX + NAME_MAX + 64];
    const char *slash = strrchr(path, '/');
    const struct dirent *entry;
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path),
             slash == NULL ? "." : path);
    DIR *opened = opendir(slash == path ? "/" : folder);
    while (opened != NULL && (entry = readdir(opened)) != NULL) {
        if (!is_beside(entry->d_name, slash == NULL ? path : slash + 1))
            continue;
        snprintf(line, sizeof line, "the file '%s/%s', which may be a copy of the database", folder,
                 entry->d_name);
        json_array_append_new(not_reached, json_string(line));
    }
    if (opened != NULL)
        closedir(opened);
}

static json_t *not_reached(const struct erasure *erasure, enum scrub_result result)
{
    json_t *list = receipt_not_reached();
    add_files_beside(list, erasure->access->path);
    if (result == SCRUB_HUGE)
        json_array_append_new(
            list, json_string("what was moved within the database's file, which is too large to "
                              "be looked through: stop the gateways, and use sqlite3 FILE VACUUM"));
    return list;
}

static enum exit_code print(const struct options *options, const struct erasure *erasure,
                            enum scrub_result result, bool already)
{
    json_t *receipt = json_pack("{s:s, s:O, s:o, s:o, s:s}", "organization", options->organization,
                                "time", json_object_get(erasure->tombstone, "time"), "removed",
                                receipt_removed(erasure->tombstone), "notReached",
                                not_reached(erasure, result), "tombstone", erasure->access->path);
    return receipt_print(options, receipt, already);
}

/* ---- Erasing ---- */

static enum exit_code report_held(const struct erasure *erasure, const char *organization)
{
    return report(EXIT_UNUSABLE,
                  "organization '%s' is erased, but '%s' and its -wal still hold what was there "
                  "before: another process reads an old state of the database. End it (fuser '%s' "
                  "names those that have the file open), and run this again, which finishes",
                  organization, erasure->access->path, erasure->access->path);
}

static enum exit_code erase(const struct options *options, struct erasure *erasure)
{
    enum scrub_result result = SCRUB_DONE;
    gql_failure failure = {.struct_size = sizeof failure};
    const bool already = erasure_is_finished(erasure);
    if (!already && erasure_run(erasure, &result, &failure) != GQL_OK)
        return report_failure(&failure);
    if (result == SCRUB_HELD)
        return report_held(erasure, options->organization);
    return print(options, erasure, result, already);
}

/* Opens the database, and calls `run` with the tombstone, if there is one or it is made. */
static enum exit_code with_tombstone(const struct options *options, bool makes,
                                     enum exit_code (*run)(const struct options *options,
                                                           struct erasure *erasure))
{
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct progress progress = progress_begin("erasing");
    struct erasure erasure = {.user = &progress,
                              .advanced = advance,
                              .unix_milliseconds = clock_now};
    const struct text id = text_of(options->organization);
    int32_t code = database_access_open(&access, options->database, id, CONNECTION_WRITER,
                                        &failure);
    if (code == GQL_OK)
        code = erasure_begin(&erasure, &access, id, makes, &failure);
    const enum exit_code result = code == GQL_OK ? run(options, &erasure)
                                                 : report_failure(&failure);
    progress_end(&progress);
    erasure_end(&erasure);
    database_access_close(&access);
    return result;
}

enum exit_code erase_shared(const struct options *options)
{
    const enum exit_code code = receipt_refuse_without_force(options);
    return code == EXIT_DONE ? with_tombstone(options, true, erase) : code;
}

/* ---- Letting in again ---- */

static enum exit_code resume(const struct options *options, struct erasure *erasure)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const enum exit_code code = receipt_refuse_resuming(options, erasure->tombstone);
    if (code != EXIT_DONE)
        return code;
    return erasure_forget(erasure, &failure) == GQL_OK ? EXIT_DONE : report_failure(&failure);
}

enum exit_code resume_shared(const struct options *options)
{
    return with_tombstone(options, false, resume);
}
