// SPDX-License-Identifier: MIT
/*
 * Reads JSON (RFC 8259) into values of jansson. Jansson's own reader drops characters when an
 * allocation fails; this one never confuses a lack of memory with the text. Any thread; no state
 * outlives a call. It doesn't recurse, and its time is linear in the text.
 */
#ifndef VAULT_JSON_READER_H
#define VAULT_JSON_READER_H

#include <jansson.h>

#include "vault/bytes.h"

/*
 * Containers within containers. A token can't exceed it: each level takes two of its characters.
 */
#define VAULT_JSON_DEPTH_LIMIT 2048

enum vault_json_status {
    VAULT_JSON_OK,
    VAULT_JSON_MALFORMED, /* The text is not JSON; memory did not matter. */
    VAULT_JSON_NO_MEMORY, /* Says nothing about the text. */
};

/* Without options, a text is an object or an array, and its strings are Unicode. Add to combine. */
enum vault_json_options {
    VAULT_JSON_STRICT = 0,
    /* The text may also be a string, a number, true, false or null. */
    VAULT_JSON_ANY_VALUE = 1,
    /* Of members with the same name the last counts, instead of making the text malformed. */
    VAULT_JSON_KEEP_DUPLICATES = 2,
    /*
     * A lone surrogate, such as "\ud800", does not make the text malformed: its string holds it as
     * three bytes, ED A0 80 to ED BF BF, which are not UTF-8 (WTF-8). vault_utf8_is_valid
     * recognizes such a string, and jansson refuses to dump it. Names may hold them, too.
     */
    VAULT_JSON_KEEP_SURROGATES = 4,
};

/* Where and why a text is malformed. */
struct vault_json_error {
    const char *reason; /* Without a full stop. Static. */
    size_t offset;      /* In bytes from 0, like the column from 1. */
    int line;           /* From 1. */
    int column;
};

/*
 * Reads the whole text. The caller drops *ret_root, which is set only if the result is
 * VAULT_JSON_OK; `error`, which may be NULL, only if it is VAULT_JSON_MALFORMED.
 *
 * Strings and names may contain U+0000: use json_string_length, and json_object_keylen_foreach
 * wherever an unknown name matters; json_object_get finds names without U+0000 only.
 *
 * Numbers never make a text malformed by their size. One without fraction and exponent that fits
 * in 64 bits is an integer. Every other is a real, the nearest; beyond the largest real it is
 * DBL_MAX or -DBL_MAX. So json_is_integer holds only for numbers that are exact.
 */
enum vault_json_status vault_json_read(struct vault_bytes text, unsigned options, json_t **ret_root,
                                       struct vault_json_error *error);

#endif
