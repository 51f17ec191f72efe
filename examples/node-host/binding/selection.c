// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/kept.h"
#include "examples/node-host/binding/values.h"

void selection_release(struct selection *selection)
{
    if (selection == NULL || --selection->references > 0)
        return;
    gql_selection_destroy(&selection->selection);
    free(selection);
}

static void drop_selection(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    selection_release(data);
}

/* makeSelection("id organization { id }") → selection, for any number of calls */
napi_value make_selection(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS], result = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t size = 0;
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    char *text = take_string(env, arguments[0], "selection", &size);
    struct selection *selection = text == NULL ? NULL : calloc(1, sizeof *selection);
    if (selection == NULL) {
        free(text);
        return NULL;
    }
    selection->kind = HANDLE_SELECTION;
    selection->references = 1;
    const int32_t code = gql_selection_parse(text, size, &selection->selection, &failure);
    free(text);
    if (code != GQL_OK ||
        napi_create_external(env, selection, drop_selection, NULL, &result) != napi_ok) {
        selection_release(selection);
        return code == GQL_OK ? throw_no_memory(env) : throw_failure(env, &failure);
    }
    return result;
}
