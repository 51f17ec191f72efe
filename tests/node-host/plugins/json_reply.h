// SPDX-License-Identifier: MIT
/* What the plugins of the tests share: JSON in and out of calls. */
#ifndef TESTS_JSON_REPLY_H
#define TESTS_JSON_REPLY_H

#include <jansson.h>

#include "gql_plugin.h"

/* Owns `value` from now on. */
static inline int32_t json_reply_resolve(const gql_host *host, gql_reply *reply, json_t *value)
{
    const size_t size = json_dumpb(value, NULL, 0, JSON_ENCODE_ANY);
    const int32_t code = host->reply_grow(host, reply->handle, size);
    if (code == GQL_OK)
        reply->size += json_dumpb(value, reply->data + reply->size, size, JSON_ENCODE_ANY);
    json_decref(value);
    return code == GQL_OK ? host->reply_resolve(host, reply->handle) : code;
}

static inline json_t *json_arguments(const gql_call *call)
{
    return json_loadb(call->arguments, call->arguments_size, 0, NULL);
}

/* The text of `parent`. */
static inline json_t *json_parent_text(const gql_call *call)
{
    return call->parent == NULL ? json_null() : json_stringn(call->parent, call->parent_size);
}

#endif
