// SPDX-License-Identifier: MIT
#include "abi/host/base/json_string.h"

#include <stdint.h>
#include <string.h>

/* The escapes of one letter, and what they stand for. */
static const char letters[] = "\"\\/bfnrt";
static const char meanings[] = "\"\\/\b\f\n\r\t";

size_t json_character_size(const char *text, size_t size)
{
    const unsigned char *byte = (const unsigned char *)text;
    const size_t expected = byte[0] < 0x80   ? 1
                            : byte[0] < 0xC2 ? 0
                            : byte[0] < 0xE0 ? 2
                            : byte[0] < 0xF0 ? 3
                            : byte[0] < 0xF5 ? 4
                                             : 0;
    if (expected == 0 || expected > size)
        return 0;
    for (size_t i = 1; i < expected; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    const bool wrong = (byte[0] == 0xE0 && byte[1] < 0xA0) || (byte[0] == 0xED && byte[1] > 0x9F) ||
                       (byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] > 0x8F);
    return wrong ? 0 : expected;
}

bool json_is_utf8(const char *text, size_t size)
{
    while (size > 0) {
        const size_t step = json_character_size(text, size);
        if (step == 0)
            return false;
        text += step;
        size -= step;
    }
    return true;
}

/* Four digits; -1: they are not. */
static int32_t read_unit(const char *text, size_t size)
{
    int32_t unit = 0;
    if (size < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static char *encode(char *target, uint32_t point)
{
    if (point < 0x80) {
        *target++ = (char)point;
    } else if (point < 0x800) {
        *target++ = (char)(0xC0 | point >> 6);
        *target++ = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *target++ = (char)(0xE0 | point >> 12);
        *target++ = (char)(0x80 | (point >> 6 & 0x3F));
        *target++ = (char)(0x80 | (point & 0x3F));
    } else {
        *target++ = (char)(0xF0 | point >> 18);
        *target++ = (char)(0x80 | (point >> 12 & 0x3F));
        *target++ = (char)(0x80 | (point >> 6 & 0x3F));
        *target++ = (char)(0x80 | (point & 0x3F));
    }
    return target;
}

/* Reads what follows the letter u; surrogates come in pairs. Returns how much; 0: it is wrong. */
static size_t read_point(const char *text, size_t size, uint32_t *ret_point)
{
    const int32_t first = read_unit(text, size);
    if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF))
        return 0;
    *ret_point = (uint32_t)first;
    if (first < 0xD800 || first > 0xDBFF)
        return 4;
    if (size < 10 || text[4] != '\\' || text[5] != 'u')
        return 0;
    const int32_t second = read_unit(text + 6, size - 6);
    if (second < 0xDC00 || second > 0xDFFF)
        return 0;
    *ret_point = 0x10000 + ((uint32_t)(first - 0xD800) << 10) + (uint32_t)(second - 0xDC00);
    return 10;
}

/* Reads the escape at `text`, which starts with a backslash. Returns how much; 0: it is wrong. */
static size_t read_escape(const char *text, size_t size, char **target)
{
    if (size < 2 || text[1] == '\0')
        return 0;
    if (text[1] == 'u') {
        uint32_t point;
        const size_t read = read_point(text + 2, size - 2, &point);
        if (read > 0)
            *target = encode(*target, point);
        return read > 0 ? read + 2 : 0;
    }
    const char *letter = strchr(letters, text[1]);
    if (letter == NULL)
        return 0;
    *(*target)++ = meanings[letter - letters];
    return 2;
}

const char *json_string_read(const char *text, size_t size, size_t *position, char *ret_string,
                             size_t *ret_string_size)
{
    size_t at = *position + 1;
    char *target = ret_string;
    while (at < size && text[at] != '"') {
        const bool escaped = text[at] == '\\';
        const size_t step = escaped ? read_escape(text + at, size - at, &target)
                                    : json_character_size(text + at, size - at);
        *position = at;
        if ((unsigned char)text[at] < 0x20)
            return "a control character in a string";
        if (step == 0)
            return escaped ? "an impossible escape in a string" : "a string is not UTF-8";
        if (!escaped) {
            memcpy(target, text + at, step);
            target += step;
        }
        at += step;
    }
    *position = at;
    if (at >= size)
        return "a string has no end";
    *position = at + 1;
    *ret_string_size = (size_t)(target - ret_string);
    return NULL;
}

static const char *find_letter(char c)
{
    const char *meaning = c == '\0' || c == '/' ? NULL : strchr(meanings, c);
    return meaning == NULL ? NULL : &letters[meaning - meanings];
}

size_t json_string_size(const char *text, size_t size)
{
    size_t total = 2;
    for (size_t i = 0; i < size; i++)
        total += find_letter(text[i]) != NULL ? 2 : (unsigned char)text[i] < 0x20 ? 6 : 1;
    return total;
}

char *json_string_write(char *target, const char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    *target++ = '"';
    for (size_t i = 0; i < size; i++) {
        const char *letter = find_letter(text[i]);
        if (letter != NULL) {
            *target++ = '\\';
            *target++ = *letter;
        } else if ((unsigned char)text[i] < 0x20) {
            target = (char *)memcpy(target, "\\u00", 4) + 4;
            *target++ = digits[text[i] >> 4];
            *target++ = digits[text[i] & 15];
        } else {
            *target++ = text[i];
        }
    }
    *target++ = '"';
    return target;
}
