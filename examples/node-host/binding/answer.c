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

/* A result with errors inside it. */
static napi_value partial_value(napi_env env, const gql_answer *answer)
{
    napi_value partial = NULL;
    if (napi_create_object(env, &partial) != napi_ok)
        return throw_no_memory(env);
    const bool complete = set_string(env, partial, "json", answer->json, answer->json_size) &&
                          set_string(env, partial, "errors", answer->errors, answer->errors_size);
    return complete ? partial : throw_no_memory(env);
}

static bool has_errors(const gql_answer *answer)
{
    return answer->errors_size > sizeof "[]" - 1;
}

napi_value answer_value(napi_env env, const gql_answer *answer)
{
    if (!answer->resolved)
        return error_value(env, answer);
    return has_errors(answer) ? partial_value(env, answer)
                              : string_value(env, answer->json, answer->json_size);
}

napi_value rejection_value(napi_env env, const char *code, const char *message)
{
    return error_value(env, &(gql_answer){.code = code,
                                          .message = message,
                                          .message_size = strlen(message),
                                          .extensions = "{}",
                                          .extensions_size = 2});
}
