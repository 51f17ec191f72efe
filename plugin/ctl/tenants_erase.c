// SPDX-License-Identifier: MIT
/* The command tenants erase, and its receipt. */
#include <stdio.h>
#include <string.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/exclusive.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/lease_hold.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

static const char *const unreachable[] = {
    "backups and replicas, wherever they are kept",
    "the organization's keyring, and credentials in the vault",
    "blocks of the disk that held the files, until the file system uses them again",
    "logs of gateways, which may name the organization",
};

enum { UNREACHABLE = sizeof unreachable / sizeof *unreachable };

static bool take_file(void *user, const char *path, long long bytes)
{
    return json_array_append_new(user, json_pack("{s:s, s:I}", "file", path, "bytes",
                                                 (json_int_t)bytes)) == 0;
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
    json_t *list = json_array();
    for (size_t i = 0; i < UNREACHABLE; i++)
        json_array_append_new(list, json_string(unreachable[i]));
    if (is_open)
        json_array_append_new(list, json_string("a process that had the database open: what it "
                                                "has opened is on the disk until it ends"));
    return list;
}

static void print_text(const json_t *receipt)
{
    size_t index;
    json_t *item;
    const json_t *id = json_object_get(receipt, "organization");
    fputs("organization ", stdout);
    output_text((struct text){json_string_value(id), json_string_length(id)});
    printf(" was erased at %s\n", json_string_value(json_object_get(receipt, "time")));
    json_array_foreach(json_object_get(receipt, "removed"), index, item) {
        printf("  removed %lld bytes: ", json_integer_value(json_object_get(item, "bytes")));
        output_text(text_of(json_string_value(json_object_get(item, "file"))));
        putchar('\n');
    }
    json_array_foreach(json_object_get(receipt, "notReached"), index, item)
        printf("  not reached: %s\n", json_string_value(item));
}

static enum exit_code print_receipt(const struct options *options, const struct tenant *tenant,
                                    json_t *removed, bool is_open)
{
    char time[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(clock_now(), time);
    json_t *receipt = json_pack("{s:o, s:s, s:O, s:o, s:s}", "organization",
                                output_text_value(tenant->id), "time", time, "removed", removed,
                                "notReached", not_reached(is_open), "tombstone", tenant->folder);
    if (receipt == NULL)
        return report_no_memory();
    if (options->json != NULL)
        return output_json_line(receipt);
    print_text(receipt);
    json_decref(receipt);
    return EXIT_DONE;
}

/* The tombstone is durable first: whoever is killed after that has nothing left to lose. */
static enum exit_code erase(const struct options *options, const struct tenant *tenant,
                            struct lease_hold *hold)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (folder_check(tenant->folder, &failure) != GQL_OK ||
        lease_hold_close_database(hold, LEASE_ERASED, "", &failure) != GQL_OK)
        return report_failure(&failure);
    const bool is_open = is_open_elsewhere(tenant);
    json_t *removed = json_array();
    const int32_t code = folder_empty(tenant->folder, take_file, removed, &failure);
    const enum exit_code result = code == GQL_OK ? print_receipt(options, tenant, removed, is_open)
                                                 : report_failure(&failure);
    json_decref(removed);
    return result;
}

enum exit_code run_tenants_erase(const struct options *options)
{
    struct tenant tenant;
    struct lease_hold hold;
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = tenant_find(&tenant, options->root, text_of(options->organization));
    if (code != EXIT_DONE)
        return code;
    if (options->force == NULL)
        return report(EXIT_USAGE,
                      "organization '%.*s' would be erased for good; to do so, add --force",
                      (int)tenant.id.size, tenant.id.data);
    if (lease_hold_begin(&hold, tenant.folder, &failure) != GQL_OK)
        return report_failure(&failure);
    code = erase(options, &tenant, &hold);
    lease_hold_end(&hold);
    return code;
}
