// SPDX-License-Identifier: MIT
#include "plugin/ctl/output.h"

#include <stdio.h>
#include <string.h>

#include "vault/tool/terminal.h"

const char *failure_text(const gql_failure *failure)
{
    static const char setting[] = "database.";
    const char *message = failure->message;
    const char *end = strstr(message, ": ");
    return strncmp(message, setting, sizeof setting - 1) == 0 && end != NULL ? end + 2 : message;
}

enum exit_code report_failure(const gql_failure *failure)
{
    return report(EXIT_UNUSABLE, "%s", failure_text(failure));
}

enum exit_code report_no_memory(void)
{
    return report(EXIT_UNUSABLE, "out of memory");
}

enum exit_code report_unknown_organization(const char *database, struct text id)
{
    return report(
        EXIT_UNUSABLE,
        "'%s' knows no organization '%.*s'; integrationsctl stats lists those that it has",
        database, (int)id.size, id.data);
}

json_t *output_text_value(struct text text)
{
    return text.data == NULL ? json_null() : json_stringn(text.data, text.size);
}

enum exit_code output_json_line(json_t *object)
{
    const bool printed = object != NULL && terminal_print_json(object, JSON_COMPACT);
    json_decref(object);
    return printed ? EXIT_DONE : report_no_memory();
}

void output_text(struct text text)
{
    terminal_write(text.data, text.size);
}
