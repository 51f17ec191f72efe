// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/selection.h"

#include "examples/node-host/binding/functions.h"
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

/* False with an exception if `text` is not a selection. */
static bool parse_selection(napi_env env, const char *text, size_t size,
                            struct selection *selection)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (gql_selection_parse(text, size, &selection->selection, &failure) == GQL_OK)
        return true;
    throw_failure(env, &failure);
    return false;
}

/* makeSelection("id organization { id }") → selection */
napi_value make_selection(napi_env env, napi_callback_info info)
{
    napi_value arguments[1], result = NULL;
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    text_auto_t text = take_string(env, arguments[0], "selection", &size);
    if (text == NULL)
        return NULL;
    struct selection *selection = calloc(1, sizeof *selection);
    if (selection == NULL)
        return throw_no_memory(env);
    selection->kind = HANDLE_SELECTION;
    selection->references = 1;
    if (parse_selection(env, text, size, selection))
        result = handle_value(env, selection, drop_selection);
    if (result == NULL)
        selection_release(selection);
    return result;
}
