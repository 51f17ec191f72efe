// SPDX-License-Identifier: MIT
/*
 * Reads JSON (RFC 8259) into one array of values, in the order of the text. Unlike jansson's reader
 * it tells bad text from a lack of memory, whichever allocation fails. Any thread; linear in the
 * text, but for the names of one object, which are sorted.
 *
 * Strict: UTF-8, no lone surrogates, no name twice in one object. Strings may contain U+0000.
 */
#ifndef GQL_JSON_TEXT_H
#define GQL_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lists and objects within each other. */
enum { JSON_TEXT_DEPTH = 512 };

enum json_kind {
    JSON_TEXT_OBJECT, /* Its members are a string, the name, and the value behind it. */
    JSON_TEXT_LIST,
    JSON_TEXT_STRING,
    JSON_TEXT_INTEGER, /* Without fraction and exponent; of any size. */
    JSON_TEXT_NUMBER,
    JSON_TEXT_TRUE,
    JSON_TEXT_FALSE,
    JSON_TEXT_NULL,
};

struct json_value {
    enum json_kind kind;
    size_t span;       /* The number of values that it consists of, itself included. */
    const char *start; /* In the text that was read. */
    size_t size;
    const char *string; /* Strings: without quotes and escapes, ends in NUL. */
    size_t string_size;
};

struct json_text {
    struct json_value *values; /* The first one is the whole. */
    size_t count;
    char *strings;
    /* Why the text is refused, and where. Static. */
    const char *error;
    size_t error_offset;
};

/*
 * Returns GQL_OK, GQL_E_NO_MEMORY, or GQL_E_MISUSE with the reason in `error`. `text` must stay as
 * long as the result, which json_text_finish frees, also after a failure.
 */
int32_t json_text_read(struct json_text *json, const char *text, size_t size);
void json_text_finish(struct json_text *json);

/* "an object", "a list", … */
const char *json_kind_name(enum json_kind kind);

/*
 * Iterates over the items of a list, or over the names of an object, whose values are behind them:
 * for (const struct json_value *each = json_first(list); each != NULL; each = json_next(list, each))
 */
const struct json_value *json_first(const struct json_value *container);
const struct json_value *json_next(const struct json_value *container,
                                   const struct json_value *item);

/* The value of a member; NULL: none. */
const struct json_value *json_member(const struct json_value *object, const char *name);

bool json_string_is(const struct json_value *value, const char *text);

#endif
