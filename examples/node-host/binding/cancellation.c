// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/kept.h"
#include "examples/node-host/binding/values.h"

void cancellation_release(struct cancellation *cancellation)
{
    if (cancellation != NULL && --cancellation->references == 0)
        free(cancellation);
}

static void drop_cancellation(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    cancellation_release(data);
}

/* makeCancellation() → cancellation, for any number of calls */
napi_value make_cancellation(napi_env env, napi_callback_info info)
{
    (void)info;
    napi_value result = NULL;
    struct cancellation *cancellation = calloc(1, sizeof *cancellation);
    if (cancellation == NULL)
        return throw_no_memory(env);
    *cancellation = (struct cancellation){.kind = HANDLE_CANCELLATION, .references = 1};
    if (napi_create_external(env, cancellation, drop_cancellation, NULL, &result) == napi_ok)
        return result;
    cancellation_release(cancellation);
    return throw_no_memory(env);
}

/* cancel(cancellation): nobody waits for the answers any more. */
napi_value cancel(napi_env env, napi_callback_info info)
{
    napi_value arguments[MOST_ARGUMENTS];
    if (!take_arguments(env, info, 1, arguments))
        return NULL;
    struct cancellation *cancellation = take_handle(env, arguments[0], HANDLE_CANCELLATION,
                                                    "cancellation");
    if (cancellation != NULL)
        __atomic_store_n(&cancellation->cancelled, 1, __ATOMIC_RELAXED);
    return NULL;
}
