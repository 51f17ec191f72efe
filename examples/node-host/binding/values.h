// SPDX-License-Identifier: MIT
/*
 * Converts values between JavaScript and C. When a function fails, a JavaScript exception is
 * pending.
 */
#ifndef BINDING_VALUES_H
#define BINDING_VALUES_H

#include "examples/node-host/binding/addon.h"

/* The number of elements of an array. Does not compile for a pointer. */
#define LENGTH_OF(array)                                                                           \
    (sizeof(array) / sizeof *(array) +                                                             \
     0 * sizeof(struct {                                                                           \
         int unused;                                                                               \
         _Static_assert(!__builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0])), \
                        #array " is a pointer, not an array");                                     \
     }))

/* A string that is freed at the end of its scope. */
#define text_auto_t __attribute__((cleanup(free_text))) char *
static inline void free_text(char **text)
{
    free(*text);
}

/*
 * Fills `arguments`, an array of napi_value, with the arguments of a call. Throws a TypeError and
 * returns false if the caller gave fewer than the array holds.
 */
#define take_arguments(env, info, arguments) \
    take_argument_list(env, info, arguments, LENGTH_OF(arguments))
bool take_argument_list(napi_env env, napi_callback_info info, napi_value *arguments, size_t count);

/*
 * Returns a NUL-terminated copy that the caller frees. Throws a TypeError that names `what` for any
 * value but a string.
 */
char *take_string(napi_env env, napi_value value, const char *what, size_t *ret_size);

/* Like take_string, but returns NULL without an exception for null and undefined. */
char *take_optional_string(napi_env env, napi_value value, const char *what, size_t *ret_size,
                           bool *ret_failed);

/*
 * Copies a string into `room`, NUL-terminated, and sets *ret_text to `room`, or to NULL for null
 * and undefined. Returns false with an exception for any other value, and for a string that does
 * not fit. `ret_size` may be NULL.
 */
bool take_short_string(napi_env env, napi_value value, const char *what, char *room,
                       size_t capacity, const char **ret_text, uint64_t *ret_size);

/* Throw a TypeError that names `what` and return false for a value of another type. */
bool take_boolean(napi_env env, napi_value value, const char *what, bool *ret_boolean);
bool take_number(napi_env env, napi_value value, const char *what, double *ret_number);
bool take_integer(napi_env env, napi_value value, const char *what, int64_t *ret_number);

/*
 * Makes a handle for `object`. `drop` frees the object when JavaScript drops the handle; NULL: the
 * object lives until the environment ends. Returns NULL with an exception on failure, and does not
 * free the object.
 */
napi_value handle_value(napi_env env, void *object, napi_finalize drop);

bool is_handle(napi_env env, napi_value value, enum handle_kind kind);

/* Returns the object behind a handle. Throws a TypeError that names `what` for any other kind. */
void *take_handle(napi_env env, napi_value value, enum handle_kind kind, const char *what);

/* True for null and undefined. */
bool is_nothing(napi_env env, napi_value value);

napi_value member(napi_env env, napi_value object, const char *name);

napi_value string_value(napi_env env, const char *text, size_t size);
napi_value text_value(napi_env env, const char *text); /* NULL becomes null. */

/* {status, reason} of GQL_HEALTH_…, whose reason has less than REASON_SIZE bytes. */
enum { REASON_SIZE = 512 };
napi_value health_value(napi_env env, uint32_t health, const char *reason);
void set_text(napi_env env, napi_value object, const char *name, const char *text);
void set_number(napi_env env, napi_value object, const char *name, double number);

/* Throw an exception and return NULL. */
napi_value throw_error(napi_env env, const char *message);
napi_value throw_failure(napi_env env, const gql_failure *failure);
napi_value throw_no_memory(napi_env env);
napi_value throw_type(napi_env env, const char *what, const char *expected);

#endif
