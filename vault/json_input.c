// SPDX-License-Identifier: MIT
#include "vault/json_input.h"

#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "vault/utf8.h"

bool vault_json_refuse(struct vault_json_input *input, const char *reason)
{
    input->reason = reason;
    return false;
}

static size_t left(const struct vault_json_input *input)
{
    return (size_t)(input->end - input->at);
}

/* ---- Strings ---- */

static bool take_hex(struct vault_json_input *input, uint32_t *ret_code)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++, input->at++) {
        const char digit = input->at < input->end ? *input->at : '\0';
        if (digit >= '0' && digit <= '9')
            code = code << 4 | (uint32_t)(digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            code = code << 4 | (uint32_t)((digit | 0x20) - 'a' + 10);
        else
            return vault_json_refuse(input, "\\u needs four hexadecimal digits");
    }
    *ret_code = code;
    return true;
}

/* Joins the surrogate `high` with a low one, if that follows. */
static uint32_t join_surrogates(struct vault_json_input *input, uint32_t high)
{
    struct vault_json_input ahead = *input;
    uint32_t low;
    if (high >= 0xDC00 || left(input) < 6 || memcmp(ahead.at, "\\u", 2) != 0)
        return high;
    ahead.at += 2;
    if (!take_hex(&ahead, &low) || low < 0xDC00 || low > 0xDFFF)
        return high;
    input->at = ahead.at;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* `\u…`, after the u. */
static bool take_code(struct vault_json_input *input, bool keep_surrogates, uint32_t *ret_code)
{
    if (!take_hex(input, ret_code))
        return false;
    if (vault_is_surrogate(*ret_code))
        *ret_code = join_surrogates(input, *ret_code);
    return keep_surrogates || !vault_is_surrogate(*ret_code) ||
           vault_json_refuse(input, "a surrogate stands alone");
}

static bool take_escape(struct vault_json_input *input, bool keep_surrogates, uint32_t *ret_code)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    input->at++;
    const char letter = input->at < input->end ? *input->at : '\0';
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found == NULL && letter != 'u')
        return vault_json_refuse(input, "this escape is unknown");
    input->at++;
    if (found == NULL)
        return take_code(input, keep_surrogates, ret_code);
    *ret_code = (uint32_t)meanings[found - letters];
    return true;
}

static bool take_plain(struct vault_json_input *input, uint32_t *ret_code)
{
    const size_t size = vault_utf8_read(input->at, input->end, ret_code);
    if (size == 0)
        return vault_json_refuse(input, "the text is not UTF-8");
    if (*ret_code < 0x20)
        return vault_json_refuse(input, "a control character in a string must be escaped");
    input->at += size;
    return true;
}

bool vault_json_take_string(struct vault_json_input *input, bool keep_surrogates, char *ret_text,
                            size_t *ret_size)
{
    size_t size = 0;
    uint32_t code;
    input->at++;
    while (input->at < input->end && *input->at != '"') {
        const bool taken = *input->at == '\\' ? take_escape(input, keep_surrogates, &code)
                                              : take_plain(input, &code);
        if (!taken)
            return false;
        size += vault_utf8_write(code, ret_text + size);
    }
    if (input->at == input->end)
        return vault_json_refuse(input, "the string has no end");
    input->at++;
    *ret_size = size;
    return true;
}

/* ---- Numbers ---- */

static bool skip_digits(struct vault_json_input *input)
{
    const char *start = input->at;
    while (input->at < input->end && *input->at >= '0' && *input->at <= '9')
        input->at++;
    return input->at > start || vault_json_refuse(input, "a digit is missing");
}

static bool skip_one_of(struct vault_json_input *input, char first, char second)
{
    if (input->at == input->end || (*input->at != first && *input->at != second))
        return false;
    input->at++;
    return true;
}

/* RFC 8259, section 6. A digit after a leading zero is left, and so is not a number. */
static bool skip_number(struct vault_json_input *input, bool *ret_whole)
{
    *ret_whole = true;
    skip_one_of(input, '-', '-');
    if (!skip_one_of(input, '0', '0') && !skip_digits(input))
        return false;
    if (skip_one_of(input, '.', '.')) {
        *ret_whole = false;
        if (!skip_digits(input))
            return false;
    }
    if (!skip_one_of(input, 'e', 'E'))
        return true;
    *ret_whole = false;
    skip_one_of(input, '+', '-');
    return skip_digits(input);
}

/* False if the number doesn't fit. */
static bool parse_integer(const char *text, json_int_t *ret_integer)
{
    const bool negative = *text == '-';
    json_int_t integer = 0;
    for (text += negative; *text != '\0'; text++) {
        const int digit = *text - '0';
        if (__builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_add_overflow(integer, negative ? -digit : digit, &integer))
            return false;
    }
    *ret_integer = integer;
    return true;
}

/* The process's locale may have another decimal point. glibc doesn't allocate the locale "C". */
static json_t *make_real(const char *text)
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return NULL;
    const double real = strtod_l(text, NULL, plain);
    freelocale(plain);
    return json_real(real > DBL_MAX ? DBL_MAX : real < -DBL_MAX ? -DBL_MAX : real);
}

bool vault_json_take_number(struct vault_json_input *input, char *copy, json_t **ret_value)
{
    const char *start = input->at;
    bool whole;
    json_int_t integer;
    if (!skip_number(input, &whole))
        return false;
    const size_t size = (size_t)(input->at - start);
    memcpy(copy, start, size);
    copy[size] = '\0';
    *ret_value = whole && parse_integer(copy, &integer) ? json_integer(integer) : make_real(copy);
    return true;
}
