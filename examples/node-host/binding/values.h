// SPDX-License-Identifier: MIT
/* JavaScript values from C and back. Where a function fails, an exception is pending. */
#ifndef BINDING_VALUES_H
#define BINDING_VALUES_H

#include "examples/node-host/binding/addon.h"

enum { MOST_ARGUMENTS = 13 };

/*
 * Throws a TypeError unless there are at least `count` arguments. What was not given is undefined.
 */
bool take_arguments(napi_env env, napi_callback_info info, size_t count,
                    napi_value arguments[MOST_ARGUMENTS]);

/*
 * A copy with a NUL behind it, to be freed; throws a TypeError that names `what` for anything but a
 * string.
 */
char *take_string(napi_env env, napi_value value, const char *what, size_t *ret_size);

/* NULL without an exception for null and undefined. */
char *take_optional_string(napi_env env, napi_value value, const char *what, size_t *ret_size,
                           bool *ret_failed);

/*
 * Copies a string with a NUL behind it, and sets *ret_text to the copy, or to NULL for null and
 * undefined. False with an exception for anything else, and for what does not fit.
 */
bool take_short_string(napi_env env, napi_value value, const char *what, char *room,
                       size_t capacity, const char **ret_text);

bool take_number(napi_env env, napi_value value, const char *what, double *ret_number);

/* What an external holds, if it is of that kind; else a TypeError that names `what`. */
void *take_handle(napi_env env, napi_value value, enum handle_kind kind, const char *what);

bool is_nothing(napi_env env, napi_value value); /* null or undefined */

napi_value member(napi_env env, napi_value object, const char *name);

napi_value string_value(napi_env env, const char *text, size_t size);
napi_value text_value(napi_env env, const char *text); /* null for NULL */
void set_text(napi_env env, napi_value object, const char *name, const char *text);
void set_number(napi_env env, napi_value object, const char *name, double number);

/* NULL with an exception of the failure's message. */
napi_value throw_failure(napi_env env, const gql_failure *failure);
napi_value throw_no_memory(napi_env env);
napi_value throw_type(napi_env env, const char *what, const char *expected);

#endif
