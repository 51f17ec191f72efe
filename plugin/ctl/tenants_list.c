// SPDX-License-Identifier: MIT
/* The commands tenants list and tenants show. */
#include <stdio.h>
#include <sys/stat.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/ctl/tenant_list.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "plugin/store/tenants/lease_hold.h"

struct sight {
    const char *state;
    bool is_open;
    bool half_restored;
    long long bytes; /* Of the database and its log. */
};

static long long size_of(const struct tenant *tenant, const char *suffix)
{
    char path[sizeof tenant->database + 8];
    struct stat found;
    snprintf(path, sizeof path, "%s%s", tenant->database, suffix);
    return stat(path, &found) == 0 ? (long long)found.st_size : 0;
}

static struct sight look(const struct tenant *tenant)
{
    struct sight sight = {.bytes = size_of(tenant, "") + size_of(tenant, "-wal"),
                          .half_restored = database_is_half_installed(tenant->database)};
    sight.state = tenant_state_name(tenant, lease_hold_peek(tenant->folder, &sight.is_open));
    return sight;
}

static enum exit_code print_json(const struct tenant *tenant, const struct sight *sight)
{
    return output_json_line(json_pack("{s:o, s:s, s:b, s:b, s:I, s:s}", "organization",
                                      output_text_value(tenant->id), "state", sight->state, "open",
                                      sight->is_open, "halfRestored", sight->half_restored, "bytes",
                                      (json_int_t)sight->bytes, "folder", tenant->folder));
}

/* ---- list ---- */

static enum exit_code list_one(const struct options *options, struct text id)
{
    struct tenant tenant;
    enum exit_code code = tenant_locate(&tenant, options->root, id);
    if (code != EXIT_DONE)
        return code;
    const struct sight sight = look(&tenant);
    if (options->json != NULL)
        return print_json(&tenant, &sight);
    printf("%-9s  %-6s  %12lld  ", sight.state, sight.is_open ? "open" : "closed", sight.bytes);
    output_text(id);
    putchar('\n');
    return EXIT_DONE;
}

enum exit_code run_tenants_list(const struct options *options)
{
    struct tenant_list list;
    if (options->root == NULL)
        return tenant_refuse_file(options);
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = EXIT_DONE;
    if (tenant_list_read(&list, options->root, &failure) != GQL_OK)
        return report_failure(&failure);
    if (options->json == NULL)
        printf("%-9s  %-6s  %12s  %s\n", "state", "in use", "bytes", "organization");
    for (size_t i = 0; i < list.count && code == EXIT_DONE; i++)
        code = list_one(options, tenant_id_text(&list.items[i]));
    tenant_list_finish(&list);
    return code;
}

/* ---- show ---- */

static const char *explain(const struct sight *sight)
{
    if (sight->half_restored)
        return "a restore was ended in the middle: run it again";
    if (strcmp(sight->state, "moved") == 0)
        return "its database was moved to another root, or is missing";
    if (strcmp(sight->state, "moving") == 0)
        return sight->is_open ? "a tool is at work, or waits for gateways"
                              : "a tool was ended in the middle: run it again, or `tenants resume`";
    if (strcmp(sight->state, "damaged") == 0)
        return "treated as suspended, since its lease says something else; use `tenants suspend` "
               "or `tenants resume`";
    return tenant_state_meaning(sight->state);
}

enum exit_code run_tenants_show(const struct options *options)
{
    struct tenant tenant;
    if (options->root == NULL)
        return tenant_refuse_file(options);
    const enum exit_code code = tenant_find(&tenant, options->root, text_of(options->organization));
    if (code != EXIT_DONE)
        return code;
    const struct sight sight = look(&tenant);
    if (options->json != NULL)
        return print_json(&tenant, &sight);
    fputs("organization  ", stdout);
    output_text(tenant.id);
    printf("\nstate         %s: %s\nin use        %s\nbytes         %lld\nfolder        ",
           sight.state, explain(&sight), sight.is_open ? "yes" : "no", sight.bytes);
    output_text(text_of(tenant.folder));
    putchar('\n');
    return EXIT_DONE;
}
