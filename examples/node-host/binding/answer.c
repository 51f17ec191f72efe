// SPDX-License-Identifier: MIT
#include "examples/node-host/binding/answer.h"

#include "examples/node-host/binding/values.h"

static bool set_string(napi_env env, napi_value object, const char *name, const char *text,
                       size_t size)
{
    napi_value value = string_value(env, text, size);
    return value != NULL && napi_set_named_property(env, object, name, value) == napi_ok;
}

static napi_value error_value(napi_env env, const gql_answer *answer)
{
    napi_value error = NULL;
    if (napi_create_object(env, &error) != napi_ok)
        return throw_no_memory(env);
    const bool complete =
        set_string(env, error, "code", answer->code, strlen(answer->code)) &&
        set_string(env, error, "message", answer->message, answer->message_size) &&
        set_string(env, error, "extensions", answer->extensions, answer->extensions_size);
    return complete ? error : throw_no_memory(env);
}

napi_value answer_value(napi_env env, const gql_answer *answer)
{
    return answer->resolved ? string_value(env, answer->json, answer->json_size)
                            : error_value(env, answer);
}

napi_value unavailable_value(napi_env env, const char *message)
{
    return error_value(env, &(gql_answer){.code = "SERVICE_UNAVAILABLE",
                                          .message = message,
                                          .message_size = strlen(message),
                                          .extensions = "{}",
                                          .extensions_size = 2});
}
