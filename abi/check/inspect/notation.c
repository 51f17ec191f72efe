// SPDX-License-Identifier: MIT
#include "abi/check/inspect/notation.h"

#include <string.h>

#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS UPPER "abcdefghijklmnopqrstuvwxyz"

/*
 * The size of the character at `text`, 0 if it is invalid. RFC 3629: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF.
 */
static size_t character_size(const unsigned char *text, size_t room)
{
    const unsigned lead = text[0];
    const size_t size = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
    if (size == 0 || size > room)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) ||
        (lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F))
        return 0;
    return size;
}

bool notation_is_utf8(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        const size_t more = character_size((const unsigned char *)text + i, size - i);
        if (more == 0)
            return false;
        i += more;
    }
    return true;
}

bool notation_is_line(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return false;
    return text[0] != '\0' && notation_is_utf8(text, strlen(text));
}

bool notation_is_reverse_domain(const char *text)
{
    size_t labels = 0;
    for (;; text++) {
        const size_t size = strspn(text, LETTERS DIGITS "-");
        if (size == 0 || text[0] == '-' || text[size - 1] == '-')
            return false;
        labels++;
        text += size;
        if (*text != '.')
            return *text == '\0' && labels >= 2;
    }
}

/* Skips `parts` numbers without leading zeros, separated by dots. NULL if there are none. */
static const char *skip_numbers(const char *text, unsigned parts)
{
    for (unsigned i = 0; i < parts; i++) {
        const size_t size = strspn(text, DIGITS);
        if (size == 0 || (size > 1 && text[0] == '0'))
            return NULL;
        text += size;
        if (i + 1 < parts && *text++ != '.')
            return NULL;
    }
    return text;
}

/* Skips identifiers separated by dots. Numbers in a pre-release have no leading zeros. */
static const char *skip_identifiers(const char *text, bool prerelease)
{
    for (;; text++) {
        const size_t size = strspn(text, LETTERS DIGITS "-");
        if (size == 0 || (prerelease && size > 1 && text[0] == '0' && strspn(text, DIGITS) == size))
            return NULL;
        text += size;
        if (*text != '.')
            return text;
    }
}

bool notation_is_semantic_version(const char *text)
{
    text = skip_numbers(text, 3);
    if (text != NULL && *text == '-')
        text = skip_identifiers(text + 1, true);
    if (text != NULL && *text == '+')
        text = skip_identifiers(text + 1, false);
    return text != NULL && *text == '\0';
}

bool notation_is_url(const char *text)
{
    const size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                          : strncmp(text, "http://", 7) == 0 ? 7
                                                             : 0;
    return scheme > 0 && text[scheme] != '\0' && notation_is_line(text) &&
           strpbrk(text, " <>\"") == NULL;
}

/* ---- SPDX licence expressions (SPDX 2.3, annex D) ---- */

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " ");
}

static size_t word_size(const char *text)
{
    return strspn(text, LETTERS DIGITS "-.:+");
}

static bool is_word(const char *text, const char *word)
{
    return word_size(text) == strlen(word) && strncmp(text, word, strlen(word)) == 0;
}

static bool is_operator(const char *text)
{
    return is_word(text, "AND") || is_word(text, "OR") || is_word(text, "WITH");
}

/* Skips terms joined by operators, up to the end or a closing bracket. NULL if there are none. */
static const char *skip_expression(const char *text, unsigned depth)
{
    for (;;) {
        text = skip_blanks(text);
        if (*text == '(') {
            text = depth == 0 ? NULL : skip_expression(text + 1, depth - 1);
            if (text == NULL || *text++ != ')')
                return NULL;
        } else if (word_size(text) == 0 || is_operator(text)) {
            return NULL;
        } else {
            text += word_size(text);
        }
        text = skip_blanks(text);
        if (!is_operator(text))
            return text;
        text += word_size(text);
    }
}

bool notation_is_licence(const char *text)
{
    text = skip_expression(text, 16);
    return text != NULL && *text == '\0';
}

bool notation_is_error_code(const char *text)
{
    return text[0] != '\0' && strspn(text, UPPER DIGITS "_") == strlen(text);
}
