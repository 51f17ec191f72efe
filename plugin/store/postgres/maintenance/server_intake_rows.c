// SPDX-License-Identifier: MIT
#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/store/postgres/maintenance/server_intake.h"

void server_intake_begin_rows(struct wire_array *columns, const enum wire_type *types)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_array_init(&columns[i], types[i]);
}

void server_intake_finish_rows(struct wire_array *columns)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_array_finish(&columns[i]);
}

void server_intake_give_rows(struct wire_parameters *given, struct wire_array *columns)
{
    for (int i = 0; i < SERVER_INTAKE_COLUMNS; i++)
        wire_give_array(given, &columns[i]);
}

void server_intake_give_organization(const struct server_intake *intake,
                                     struct wire_parameters *given)
{
    const struct text id = tenant_id_text(&intake->organization);
    wire_give_integer(given, (int32_t)organization_tag(id));
    wire_give_text(given, id);
}

int32_t server_intake_refuse(const struct server_intake *intake, const char *what,
                             gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "%s is in '%s' already, and differs; nothing was imported", what,
                intake->access->name);
}
