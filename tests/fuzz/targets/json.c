// SPDX-License-Identifier: MIT
/*
 * vault_json_read, with jansson as the oracle: both accept the same texts, as the same values, but
 * for numbers of any size and U+0000 in names, which jansson refuses. The first byte holds options.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "vault/json_reader.h"

static size_t flags_of(unsigned options)
{
    return JSON_ALLOW_NUL | (options & VAULT_JSON_ANY_VALUE ? JSON_DECODE_ANY : 0) |
           (options & VAULT_JSON_KEEP_DUPLICATES ? 0 : JSON_REJECT_DUPLICATES);
}

/* json_equal takes no object with U+0000 in a name for equal to another. */
static bool is_same(const json_t *a, const json_t *b)
{
    if (json_equal(a, b))
        return true;
    char *a_text = json_dumps(a, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *b_text = json_dumps(b, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    const bool same = a_text != NULL && b_text != NULL && strcmp(a_text, b_text) == 0;
    free(a_text);
    free(b_text);
    return same;
}

/* What jansson refuses although it is JSON. */
static bool exceeds_jansson(const json_error_t *error)
{
    const enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           code == json_error_stack_overflow;
}

static void check_oracle(struct vault_bytes text, unsigned options, const json_t *root)
{
    json_error_t error;
    if (memchr(text.data, '\0', text.size) != NULL) { /* Jansson takes it for the end. */
        EXPECT(root == NULL);
        return;
    }
    json_t *expected = json_loadb(text.data, text.size, flags_of(options), &error);
    if (expected != NULL)
        EXPECT(root != NULL && json_equal(root, expected), "%s",
               root == NULL ? "refused" : "other values");
    else
        EXPECT(root == NULL || exceeds_jansson(&error), "%s", error.text);
    json_decref(expected);
}

/* What is written again is read as the same. */
static void check_again(const json_t *root)
{
    json_t *again = NULL;
    char *text = json_dumps(root, JSON_ENCODE_ANY);
    EXPECT(text != NULL);
    EXPECT(vault_json_read(vault_bytes_of(text), VAULT_JSON_ANY_VALUE, &again, NULL) ==
               VAULT_JSON_OK,
           "%s", text);
    EXPECT(is_same(again, root), "%s", text);
    json_decref(again);
    free(text);
}

/* Surrogates are kept where the option says so, and nothing else changes. */
static void check_surrogates(struct vault_bytes text, unsigned options, const json_t *root)
{
    json_t *kept = NULL;
    const enum vault_json_status status =
        vault_json_read(text, options | VAULT_JSON_KEEP_SURROGATES, &kept, NULL);
    if (root != NULL)
        EXPECT(status == VAULT_JSON_OK && is_same(kept, root));
    else if (status == VAULT_JSON_OK)
        EXPECT(memmem(text.data, text.size, "\\u", 2) != NULL);
    json_decref(kept);
}

static void check_error(const struct vault_json_error *error, size_t size)
{
    fuzz_check_message(error->reason);
    EXPECT(error->offset <= size && error->line >= 1 && error->column >= 1, "%zu, %d, %d",
           error->offset, error->line, error->column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const unsigned options = fuzz_byte(&input) &
                             (VAULT_JSON_ANY_VALUE | VAULT_JSON_KEEP_DUPLICATES);
    struct vault_json_error error = {0};
    struct vault_bytes text;
    json_t *root = NULL;
    char *characters = fuzz_rest(&input, &text.size);
    text.data = characters;
    const enum vault_json_status status = vault_json_read(text, options, &root, &error);
    EXPECT(status != VAULT_JSON_NO_MEMORY);
    check_oracle(text, options, root);
    check_surrogates(text, options, root);
    if (status == VAULT_JSON_OK)
        check_again(root);
    else
        check_error(&error, text.size);
    json_decref(root);
    free(characters);
    return 0;
}
