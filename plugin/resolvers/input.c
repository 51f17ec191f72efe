// SPDX-License-Identifier: MIT
#include "plugin/resolvers/input.h"

#include "plugin/base/limits.h"
#include "vault/utf8.h"

struct text member_text(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return (struct text){json_string_value(member), json_string_length(member)};
}

bool member_int(const json_t *object, const char *name, int32_t *ret_number)
{
    const json_t *member = json_object_get(object, name);
    const double number = json_number_value(member);
    if (!json_is_number(member) || number < INT32_MIN || number > INT32_MAX ||
        (double)(int32_t)number != number)
        return false;
    *ret_number = (int32_t)number;
    return true;
}

bool member_given(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return member != NULL && !json_is_null(member);
}

/* The rule that it breaks; NULL: none. */
static const char *organization_violation(struct text id)
{
    if (id.data == NULL || id.size == 0 || id.size > ORGANIZATION_ID_MAX)
        return "An organization's ID has 1 to " LIMIT_TEXT(ORGANIZATION_ID_MAX) " bytes";
    if (!vault_utf8_is_valid(id.data, id.size))
        return "An organization's ID must not hold lone surrogates";
    return NULL;
}

bool input_take_organization(struct operation *operation, const json_t *object, const char *field,
                             struct text *ret_organization_id)
{
    const char *dot = strrchr(field, '.');
    const struct text id = member_text(object, dot == NULL ? field : dot + 1);
    const char *detail = organization_violation(id);
    *ret_organization_id = id;
    if (detail != NULL)
        operation_reject_argument(operation, field, detail);
    return detail == NULL;
}
