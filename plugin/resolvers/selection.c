// SPDX-License-Identifier: MIT
#include "plugin/resolvers/selection.h"

#include <string.h>

static const struct {
    const char *name;
    uint32_t field;
} integration_fields[] = {
    {"id", FIELD_ID},
    {"title", FIELD_TITLE},
    {"version", FIELD_VERSION},
    {"isActive", FIELD_IS_ACTIVE},
    {"organization", FIELD_ORGANIZATION},
    {"credentialRef", FIELD_CREDENTIAL_REF},
    {"__typename", FIELD_TYPENAME},
};

static const uint32_t every_field = FIELD_ID | FIELD_VERSION | FIELD_TITLE | FIELD_ORGANIZATION |
                                    FIELD_CREDENTIAL_REF | FIELD_IS_ACTIVE;

static bool is_named(const gql_selection *selection, const char *name)
{
    return strlen(name) == selection->name_size &&
           memcmp(selection->name, name, selection->name_size) == 0;
}

uint32_t selected_fields(const gql_selection *selection)
{
    uint32_t fields = 0;
    if (selection == NULL)
        return every_field;
    for (const gql_selection *child = selection->children; child != NULL; child = child->next) {
        for (size_t i = 0; i < sizeof integration_fields / sizeof *integration_fields; i++) {
            if (is_named(child, integration_fields[i].name))
                fields |= integration_fields[i].field;
        }
    }
    return fields;
}

static const gql_selection *find(const gql_selection *selection, const char *name)
{
    const gql_selection *child = selection->children;
    while (child != NULL && !is_named(child, name))
        child = child->next;
    return child;
}

bool selects(const gql_selection *selection, const char *name, const gql_selection **ret_child)
{
    const gql_selection *child = selection == NULL ? NULL : find(selection, name);
    if (selection != NULL && child == NULL)
        return false;
    if (ret_child != NULL)
        *ret_child = child;
    return true;
}

bool selects_typename(const gql_selection *selection)
{
    return selection != NULL && find(selection, "__typename") != NULL;
}
