// SPDX-License-Identifier: MIT
#include "plugin/ctl/receipt.h"

#include <stdio.h>

static const char *const unreachable[] = {
    "backups, replicas and exports, wherever they are kept",
    "the organization's keyring, and credentials in the vault",
    "blocks of the disk that held the data, until the file system uses them again",
    "logs of gateways, which may name the organization",
};

json_t *receipt_not_reached(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof unreachable / sizeof *unreachable; i++)
        json_array_append_new(list, json_string(unreachable[i]));
    return list;
}

static void write_member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    output_text((struct text){json_string_value(value), json_string_length(value)});
}

static void print_removed(const json_t *removed)
{
    if (json_object_get(removed, "file") != NULL) {
        printf("  removed %lld bytes: ", json_integer_value(json_object_get(removed, "bytes")));
        write_member(removed, "file");
    } else {
        const json_int_t rows = json_integer_value(json_object_get(removed, "rows"));
        printf("  removed %lld %s of the table ", rows, rows == 1 ? "row" : "rows");
        write_member(removed, "table");
    }
    putchar('\n');
}

static void print_text(const json_t *receipt, bool already)
{
    size_t index;
    json_t *item;
    fputs("organization ", stdout);
    write_member(receipt, "organization");
    fputs(already ? " was erased already, at " : " was erased at ", stdout);
    write_member(receipt, "time");
    putchar('\n');
    json_array_foreach(json_object_get(receipt, "removed"), index, item)
        print_removed(item);
    json_array_foreach(json_object_get(receipt, "notReached"), index, item) {
        fputs("  not reached: ", stdout);
        output_text((struct text){json_string_value(item), json_string_length(item)});
        putchar('\n');
    }
}

enum exit_code receipt_print(const struct options *options, json_t *receipt, bool already)
{
    if (receipt == NULL || json_object_set_new(receipt, "already", json_boolean(already)) != 0) {
        json_decref(receipt);
        return report_no_memory();
    }
    if (options->json != NULL)
        return output_json_line(receipt);
    print_text(receipt, already);
    json_decref(receipt);
    return EXIT_DONE;
}

enum exit_code receipt_refuse_without_force(const struct options *options)
{
    return options->force != NULL
               ? EXIT_DONE
               : report(EXIT_USAGE,
                        "organization '%s' would be erased for good; to do so, add --force",
                        options->organization);
}

json_t *receipt_removed(const json_t *tombstone)
{
    const char *table;
    json_t *rows, *list = json_array();
    json_object_foreach(json_object_get(tombstone, "removed"), table, rows)
        json_array_append_new(list, json_pack("{s:s, s:O}", "table", table, "rows", rows));
    return list;
}

enum exit_code receipt_refuse_resuming(const struct options *options, const json_t *tombstone)
{
    if (tombstone == NULL)
        return report(EXIT_UNUSABLE,
                      "organization '%s' is not erased; in a database that it shares with others, "
                      "it can't be suspended",
                      options->organization);
    if (options->force == NULL)
        return report(EXIT_UNUSABLE,
                      "organization '%s' was erased, as its tombstone says; with --force it can "
                      "begin anew",
                      options->organization);
    if (json_object_get(tombstone, "finished") == NULL)
        return report(
            EXIT_UNUSABLE,
            "the erasure of organization '%s' was ended in the middle; run it again first",
            options->organization);
    return EXIT_DONE;
}
