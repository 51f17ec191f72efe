// SPDX-License-Identifier: MIT
#include "vault/ctl/given.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "vault/utf8.h"

static bool starts_with(const char *text, size_t size, const char *prefix)
{
    return size >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

/* `letter`, a digit and a dot: "v4." of PASETO, "k4." of PASERK. */
static bool is_versioned(const char *text, size_t size, char letter)
{
    return size >= 3 && text[0] == letter && isdigit((unsigned char)text[1]) && text[2] == '.';
}

static bool is_token(const char *text, size_t size)
{
    return is_versioned(text, size, 'v') && (starts_with(text + 3, size - 3, "public.") ||
                                             starts_with(text + 3, size - 3, "local."));
}

bool given_is_token(const struct given *given)
{
    return is_token(given->text, given->size);
}

static bool is_space_at(const char *text, size_t index)
{
    return isspace((unsigned char)text[index]) != 0;
}

bool given_read(const char *operand, struct given *ret_given)
{
    const size_t capacity = sizeof ret_given->text;
    const bool from_input = strcmp(operand, "-") == 0;
    ret_given->size = strlen(operand);
    if (from_input)
        ret_given->size = fread(ret_given->text, 1, capacity, stdin);
    else
        memcpy(ret_given->text, operand, ret_given->size < capacity ? ret_given->size : capacity);
    if (ret_given->size >= capacity)
        return false;
    if (from_input || given_is_token(ret_given))
        while (ret_given->size > 0 && is_space_at(ret_given->text, ret_given->size - 1))
            ret_given->size--;
    return true;
}

/* A JWT is three parts of base64url; the first is JSON, so it starts with `{"`. */
static bool is_jwt(const char *text, size_t size)
{
    size_t dots = 0;
    for (size_t i = 0; i < size; i++)
        dots += text[i] == '.';
    return dots == 2 && starts_with(text, size, "eyJ");
}

const char *jti_mistake(const char *text, size_t size)
{
    if (size == 0)
        return "is empty";
    if (size > VAULT_TOKEN_LIMIT)
        return "is longer than a token may be, " VAULT_TOKEN_LIMIT_TEXT " bytes";
    if (size == 1 && text[0] == '-')
        return "can't be \"-\", which stands for standard input";
    if (!vault_utf8_is_valid(text, size))
        return "is not UTF-8";
    if (is_space_at(text, 0) || is_space_at(text, size - 1))
        return "starts or ends with white space";
    if (is_token(text, size))
        return "is a token: give a whole PASETO v4.public";
    if (is_versioned(text, size, 'k'))
        return "is a key or the ID of a key: vaultctl revoke revokes keys";
    return is_jwt(text, size) ? "is a JWT, and the vault issues none" : NULL;
}
