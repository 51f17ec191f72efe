// SPDX-License-Identifier: MIT
#include "plugin/ctl/check_report.h"

#include <stdio.h>

#include "plugin/ctl/output.h"

void check_report_take(json_t *list, const char *check, const char *message)
{
    json_array_append_new(list, json_pack("{s:s, s:s}", "check", check, "message", message));
}

static enum exit_code print_json(const struct check_report *result, bool is_sound)
{
    const char *unchecked = result->unchecked[0] == '\0' ? NULL : result->unchecked;
    return output_json_line(json_pack("{s:s, s:o, s:b, s:I, s:O, s:s*}", "database",
                                      result->database, "organization",
                                      output_text_value(result->owner), "sound", is_sound,
                                      "integrations", (json_int_t)result->rows, "findings",
                                      result->findings, "orderUnchecked", unchecked));
}

static void print_text(const struct check_report *result, bool is_sound)
{
    size_t index;
    json_t *finding;
    output_text(text_of(result->database));
    printf(": %s; %lld integrations\n", is_sound ? "sound" : "damaged", result->rows);
    json_array_foreach(result->findings, index, finding) {
        printf("  %s: ", json_string_value(json_object_get(finding, "check")));
        output_text(text_of(json_string_value(json_object_get(finding, "message"))));
        putchar('\n');
    }
    if (result->unchecked[0] == '\0')
        return;
    fputs("  the order of titles was not checked: ", stdout);
    output_text(text_of(result->unchecked));
    putchar('\n');
}

enum exit_code check_report_print(const struct options *options, const struct check_report *result)
{
    enum exit_code code = EXIT_DONE;
    const bool is_sound = json_array_size(result->findings) == 0;
    if (options->json != NULL)
        code = print_json(result, is_sound);
    else
        print_text(result, is_sound);
    if (code != EXIT_DONE || is_sound)
        return code;
    return report(EXIT_FOUND, "'%s' is damaged: %s", result->database, result->cure);
}
