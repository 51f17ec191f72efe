// SPDX-License-Identifier: MIT
/* The operand of a command that takes a token, or the `jti` of one. */
#ifndef VAULT_CTL_GIVEN_H
#define VAULT_CTL_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

#include "vault/limit.h"

/* One byte more than a token may have, and the line break of standard input. */
struct given {
    char text[VAULT_TOKEN_LIMIT + 2];
    size_t size;
};

/*
 * The operand, or standard input for "-". White space at the end of standard input and of a token
 * is dropped. False if it is longer than a token may be.
 */
bool given_read(const char *operand, struct given *ret_given);

/* Whether the text starts as a PASETO of any version and purpose does. */
bool given_is_token(const struct given *given);

/*
 * Why the text can't be given as a `jti`, for the end of a sentence such as "the jti …"; NULL if
 * it can. Tokens and keys, which people give instead, count as mistakes.
 */
const char *jti_mistake(const char *text, size_t size);

#endif
