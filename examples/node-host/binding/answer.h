// SPDX-License-Identifier: MIT
/*
 * The JavaScript value of an answer: the JSON text of the result, or {json, errors} if the plugin
 * added errors (JSON texts both), or {code, message, extensions} if it rejected the call.
 */
#ifndef BINDING_ANSWER_H
#define BINDING_ANSWER_H

#include "examples/node-host/binding/addon.h"

/* NULL with an exception if memory runs out. */
napi_value answer_value(napi_env env, const gql_answer *answer);

/* The answer to a call that did not reach the plugin. */
napi_value rejection_value(napi_env env, const char *code, const char *message);

#endif
