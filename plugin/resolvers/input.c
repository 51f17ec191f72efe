// SPDX-License-Identifier: MIT
#include "plugin/resolvers/input.h"

#include "plugin/base/limits.h"

struct text member_text(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return (struct text){json_string_value(member), json_string_length(member)};
}

bool member_given(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return member != NULL && !json_is_null(member);
}

bool input_take_organization(struct operation *operation, const json_t *object, const char *field,
                             struct text *ret_organization_id)
{
    const char *dot = strrchr(field, '.');
    const struct text id = member_text(object, dot == NULL ? field : dot + 1);
    if (id.data != NULL && id.size > 0 && id.size <= ORGANIZATION_ID_MAX) {
        *ret_organization_id = id;
        return true;
    }
    operation_reject_argument(operation, field,
                              "An organization's ID has 1 to " LIMIT_TEXT(
                                  ORGANIZATION_ID_MAX) " bytes");
    return false;
}
