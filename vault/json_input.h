// SPDX-License-Identifier: MIT
/* The strings and numbers of a JSON text; the inside of json_reader.h. Any thread. */
#ifndef VAULT_JSON_INPUT_H
#define VAULT_JSON_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The rest of a text. */
struct vault_json_input {
    const char *at;
    const char *end;
    const char *reason; /* Why the text is malformed at `at`. */
};

/* Sets the reason and returns false. */
bool vault_json_refuse(struct vault_json_input *input, const char *reason);

/*
 * Takes a string, which starts with its quotation mark, and writes it as UTF-8: at most as many
 * bytes as it takes in the text. False if it is malformed.
 */
bool vault_json_take_string(struct vault_json_input *input, bool keep_surrogates, char *ret_text,
                            size_t *ret_size);

/*
 * Takes a number. `copy` has room for its text and a NUL. False if it is malformed; *ret_value is
 * NULL if memory ran out.
 */
bool vault_json_take_number(struct vault_json_input *input, char *copy, json_t **ret_value);

#endif
