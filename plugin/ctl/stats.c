// SPDX-License-Identifier: MIT
/* The command stats. */
#include <stdio.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/counts.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/maintenance/facts.h"

bool counts_take(void *user, struct text id, const struct store_counts *counts)
{
    return json_array_append_new(user,
                                 json_pack("{s:o, s:I, s:I}", "organization", output_text_value(id),
                                           "active", (json_int_t)counts->active, "inactive",
                                           (json_int_t)counts->inactive)) == 0;
}

void counts_print(const json_t *organizations)
{
    size_t index;
    json_t *row;
    printf("  %10s  %10s  %s\n", "active", "inactive", "organization");
    json_array_foreach(organizations, index, row) {
        const json_t *id = json_object_get(row, "organization");
        printf("  %10lld  %10lld  ", json_integer_value(json_object_get(row, "active")),
               json_integer_value(json_object_get(row, "inactive")));
        output_text((struct text){json_string_value(id), json_string_length(id)});
        putchar('\n');
    }
}

static json_t *to_json(const struct target *target, const struct database_access *access,
                       const struct database_facts *facts, json_t *organizations)
{
    return json_pack("{s:s, s:o, s:i, s:s, s:I, s:I, s:I, s:O}", "database", target->path, "owner",
                     output_text_value(access->owner.text), "schema", access->schema, "collation",
                     facts->collation, "fileBytes", (json_int_t)facts->file_bytes, "logBytes",
                     (json_int_t)facts->log_bytes, "freeBytes", (json_int_t)facts->free_bytes,
                     "organizations", organizations);
}

static void print_text(const struct target *target, const struct database_access *access,
                       const struct database_facts *facts, const json_t *organizations)
{
    output_text(text_of(target->path));
    if (access->owner.text.data != NULL) {
        fputs("\n  owner      ", stdout);
        output_text(access->owner.text);
    }
    printf("\n  schema     %d\n  collation  ", access->schema);
    output_text(text_of(facts->collation));
    printf("\n  size       %lld bytes, of which %lld are free; the log has %lld\n",
           facts->file_bytes, facts->free_bytes, facts->log_bytes);
    counts_print(organizations);
}

static enum exit_code stats(const struct target *target, void *user)
{
    (void)user;
    struct database_access access;
    struct database_facts facts;
    gql_failure failure = {.struct_size = sizeof failure};
    json_t *organizations = json_array();
    enum exit_code result = EXIT_DONE;
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_READER, &failure);
    if (code == GQL_OK)
        code = database_facts_read(&access, &facts, &failure);
    if (code == GQL_OK)
        code = database_facts_organizations(&access, counts_take, organizations, &failure);
    if (code != GQL_OK)
        result = report_failure(&failure);
    else if (target->options->json != NULL)
        result = output_json_line(to_json(target, &access, &facts, organizations));
    else
        print_text(target, &access, &facts, organizations);
    json_decref(organizations);
    database_access_close(&access);
    return result;
}

enum exit_code run_stats(const struct options *options)
{
    return targets_each(options, stats, NULL);
}
