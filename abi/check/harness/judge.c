// SPDX-License-Identifier: MIT
#include "abi/check/harness/judge.h"

#include <stdint.h>
#include <string.h>

void judge_value(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    gql_failure failure = {.struct_size = sizeof failure};
    if (!performed->resolved)
        return;
    if (gql_value_check(session->document, session->plugin->schema, planned->type,
                        planned->selection, performed->json, performed->json_size,
                        &failure) != GQL_OK) {
        check_fail(session->run, "%s: %s; the value: %.400s", planned->label, failure.message,
                   performed->json);
        return;
    }
    json_t *value = json_loadb(performed->json, performed->json_size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (planned->list_size != SIZE_MAX && json_array_size(value) != planned->list_size)
        check_fail(session->run, "%s: the list has %zu members for %zu ids", planned->label,
                   json_array_size(value), planned->list_size);
    json_decref(value);
}

/* The index of the first object whose ID is not the one that was asked for; SIZE_MAX: none. */
static size_t find_stray(const json_t *ids, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *id = json_object_get(json_array_get(list, i), "id");
        if (id != NULL && !json_equal(id, json_array_get(ids, i)))
            return i;
    }
    return SIZE_MAX;
}

void judge_order(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    if (planned->loader == NULL || !performed->resolved)
        return;
    json_t *arguments = json_loads(planned->arguments, JSON_ALLOW_NUL, NULL);
    json_t *ids = json_object_get(arguments, "ids");
    json_t *list = json_loadb(performed->json, performed->json_size, JSON_ALLOW_NUL, NULL);
    const size_t stray = find_stray(ids, list);
    if (stray != SIZE_MAX)
        check_fail(session->run,
                   "%s: the object at index %zu has the id \"%.100s\" where \"%.100s\" was asked "
                   "for",
                   planned->label, stray,
                   json_string_value(json_object_get(json_array_get(list, stray), "id")),
                   json_string_value(json_array_get(ids, stray)));
    json_decref(list);
    json_decref(arguments);
}
