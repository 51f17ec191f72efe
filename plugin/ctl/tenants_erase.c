// SPDX-License-Identifier: MIT
/* The command tenants erase: the files of an organization below a root. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/ctl/erase_shared.h"
#include "plugin/ctl/receipt.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/exclusive.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/lease_hold.h"
#include "vault/file.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

/*
 * What the tombstone keeps, in a file beside the lease: when the erasure began, the files that it
 * removes, and when it was finished. Written before a file is removed.
 */
struct record {
    const struct tenant *tenant;
    char path[PATH_MAX + sizeof TENANT_RECEIPT];
    json_t *content; /* {"time": …, "removed": [{"file": its name, "bytes": …}], "finished": …} */
};

enum { RECORD_LIMIT = 1 << 20 };

static bool set_time(json_t *content, const char *name)
{
    char time[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(clock_now(), time);
    return json_object_set_new(content, name, json_string(time)) == 0;
}

/* One that can't be read is begun anew. */
static void read_record(struct record *record, const struct tenant *tenant)
{
    char *text = NULL;
    size_t size;
    struct vault_failure failure;
    record->tenant = tenant;
    snprintf(record->path, sizeof record->path, "%s/" TENANT_RECEIPT, tenant->folder);
    if (vault_file_read(record->path, RECORD_LIMIT, &text, &size, &failure))
        record->content = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    if (json_is_array(json_object_get(record->content, "removed")))
        return;
    json_decref(record->content);
    record->content = json_pack("{s:[]}", "removed");
    if (record->content != NULL)
        set_time(record->content, "time");
}

static bool add_file(void *user, const char *name, long long bytes)
{
    const struct record *record = user;
    return json_array_append_new(json_object_get(record->content, "removed"),
                                 json_pack("{s:s, s:I}", "file", name, "bytes",
                                           (json_int_t)bytes)) == 0;
}

static enum exit_code write_record(const struct record *record)
{
    struct stat folder;
    struct vault_failure failure;
    struct vault_file_access access = vault_file_own_access(0600);
    char *text = record->content == NULL ? NULL : json_dumps(record->content, JSON_COMPACT);
    if (text == NULL)
        return report_no_memory();
    if (stat(record->tenant->folder, &folder) == 0) {
        access.owner = folder.st_uid;
        access.group = folder.st_gid;
    }
    const bool written = vault_file_write(record->path, text, strlen(text), &access, &failure);
    free(text);
    return written ? EXIT_DONE : report(EXIT_UNUSABLE, "%s", failure.message);
}

static bool find_none(void *user, const char *name, long long bytes)
{
    (void)name;
    (void)bytes;
    *(bool *)user = true;
    return true;
}

/* An erasure that was finished, and nothing has come back since. */
static bool is_finished(const struct record *record, enum lease_state state)
{
    bool found = false;
    gql_failure failure = {.struct_size = sizeof failure};
    return state == LEASE_ERASED && json_object_get(record->content, "finished") != NULL &&
           folder_list(record->tenant->folder, find_none, &found, &failure) == GQL_OK && !found;
}

/* A process that does not go by the lease, such as sqlite3, keeps what it has opened. */
static bool is_open_elsewhere(const struct tenant *tenant)
{
    struct exclusive exclusive;
    if (!tenant_has_database(tenant))
        return false;
    const bool taken = exclusive_take(&exclusive, tenant->database, 0);
    exclusive_give(&exclusive);
    return !taken;
}

static json_t *not_reached(bool is_open)
{
    json_t *list = receipt_not_reached();
    if (is_open)
        json_array_append_new(list, json_string("a process that had the database open: what it "
                                                "has opened is on the disk until it ends"));
    return list;
}

/* The record has the names of files; the receipt has where they were. */
static json_t *removed_of(const struct record *record)
{
    char path[PATH_MAX + NAME_MAX + 2];
    size_t index;
    json_t *file, *list = json_array();
    json_array_foreach(json_object_get(record->content, "removed"), index, file) {
        snprintf(path, sizeof path, "%s/%s", record->tenant->folder,
                 json_string_value(json_object_get(file, "file")));
        json_array_append_new(list, json_pack("{s:s, s:O}", "file", path, "bytes",
                                              json_object_get(file, "bytes")));
    }
    return list;
}

static enum exit_code print(const struct options *options, const struct record *record,
                            bool is_open, bool already)
{
    json_t *receipt = json_pack("{s:o, s:O, s:o, s:o, s:s}", "organization",
                                output_text_value(record->tenant->id), "time",
                                json_object_get(record->content, "time"), "removed",
                                removed_of(record), "notReached", not_reached(is_open), "tombstone",
                                record->tenant->folder);
    return receipt_print(options, receipt, already);
}

static enum exit_code remove_files(struct record *record)
{
    gql_failure failure = {.struct_size = sizeof failure};
    json_object_del(record->content, "finished");
    if (folder_list(record->tenant->folder, add_file, record, &failure) != GQL_OK)
        return report_failure(&failure);
    const enum exit_code code = write_record(record);
    if (code != EXIT_DONE)
        return code;
    if (folder_empty(record->tenant->folder, &failure) != GQL_OK)
        return report_failure(&failure);
    return set_time(record->content, "finished") ? write_record(record) : report_no_memory();
}

/* The tombstone is durable first: whoever is killed after that has nothing left to lose. */
static enum exit_code erase(const struct options *options, struct record *record,
                            struct lease_hold *hold)
{
    const struct tenant *tenant = record->tenant;
    gql_failure failure = {.struct_size = sizeof failure};
    if (is_finished(record, hold->state))
        return print(options, record, false, true);
    if (folder_check(tenant->folder, &failure) != GQL_OK ||
        lease_hold_close_database(hold, LEASE_ERASED, "", &failure) != GQL_OK)
        return report_failure(&failure);
    const bool is_open = is_open_elsewhere(tenant);
    const enum exit_code code = remove_files(record);
    return code == EXIT_DONE ? print(options, record, is_open, false) : code;
}

static enum exit_code erase_files(const struct options *options)
{
    struct tenant tenant;
    struct lease_hold hold;
    struct record record = {0};
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = tenant_find(&tenant, options->root, text_of(options->organization));
    if (code == EXIT_DONE)
        code = receipt_refuse_without_force(options);
    if (code != EXIT_DONE)
        return code;
    if (lease_hold_begin(&hold, tenant.folder, &failure) != GQL_OK)
        return report_failure(&failure);
    read_record(&record, &tenant);
    code = erase(options, &record, &hold);
    json_decref(record.content);
    lease_hold_end(&hold);
    return code;
}

enum exit_code run_tenants_erase(const struct options *options)
{
    return options->database != NULL ? erase_shared(options) : erase_files(options);
}
