// SPDX-License-Identifier: MIT
#include "abi/check/harness/given_form.h"

#include <stdio.h>
#include <string.h>

#include "abi/check/harness/requester.h"
#include "abi/check/inspect/notation.h"

static bool fail(char *detail, size_t detail_size, size_t index, const char *what)
{
    snprintf(detail, detail_size, "call %zu: %s", index, what);
    return false;
}

bool given_read(json_t *json, struct given *given, json_error_t *error)
{
    *given = (struct given){0};
    return json_unpack_ex(json, error, JSON_STRICT, "{s?s, s?s, s?o, s?o, s?s, s?o, s?s, s?o, s?s}",
                          "type", &given->type, "field", &given->field, "arguments",
                          &given->arguments, "parent", &given->parent, "load", &given->load, "ids",
                          &given->ids, "selection", &given->selection, "as", &given->as, "expect",
                          &given->expect) == 0;
}

static bool is_strings(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_is_array(list);
}

static const char *find_mistake(const struct given *given)
{
    const bool loads = given->load != NULL;
    gql_selection *selection = NULL;
    if (loads ? given->type != NULL || given->field != NULL || given->arguments != NULL ||
                    given->parent != NULL
              : given->ids != NULL || given->type == NULL || given->field == NULL)
        return "needs either `type` and `field`, or `load` and `ids`";
    if (loads && !is_strings(given->ids))
        return "`ids` must be a list of strings";
    if (given->arguments != NULL && !json_is_object(given->arguments))
        return "`arguments` must be an object";
    if (given->as != NULL && !requester_is_valid(given->as))
        return "`as` must be " REQUESTER_FORM;
    if (given->expect != NULL && strcmp(given->expect, PLAN_RESOLVED) != 0 &&
        strcmp(given->expect, PLAN_ANY) != 0 && !notation_is_error_code(given->expect))
        return "`expect` must be \"" PLAN_RESOLVED
               "\", a code such as \"NOT_FOUND\", or \"" PLAN_ANY "\"";
    if (given->selection != NULL &&
        gql_selection_parse(given->selection, strlen(given->selection), &selection, NULL) != GQL_OK)
        return "`selection` must be fields and braces, such as `edges { node { id } }`";
    gql_selection_destroy(&selection);
    return NULL;
}

bool given_calls_check(json_t *calls, char *detail, size_t detail_size)
{
    size_t index;
    json_t *json;
    if (!json_is_array(calls) || json_array_size(calls) == 0) {
        snprintf(detail, detail_size, "not a list of calls");
        return false;
    }
    json_array_foreach(calls, index, json) {
        struct given given;
        json_error_t error;
        if (!given_read(json, &given, &error))
            return fail(detail, detail_size, index, error.text);
        const char *mistake = find_mistake(&given);
        if (mistake != NULL)
            return fail(detail, detail_size, index, mistake);
    }
    return true;
}
