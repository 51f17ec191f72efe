// SPDX-License-Identifier: MIT
#include "abi/host/base/failure.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/base/json_string.h"

/*
 * Categories Cc, Cf, Zl and Zp of Unicode 15, whose characters a terminal obeys or does not show,
 * and with them what later versions may add between marks of direction and among tags.
 */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
    {0x8E2, 0x8E2},     {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
};

/* The code point of a character of UTF-8. */
static uint32_t code_of(const unsigned char *character, size_t size)
{
    uint32_t code = size == 1 ? character[0] : character[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (character[i] & 0x3F);
    return code;
}

static bool is_unprintable(uint32_t code)
{
    for (size_t i = 0; i < sizeof unprintable / sizeof unprintable[0]; i++)
        if (code <= unprintable[i].last)
            return code >= unprintable[i].first;
    return false;
}

void gql_clean_line(char *text, bool cut)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        const size_t character = json_character_size(text + at, size - at);
        const size_t step = character == 0 ? 1 : character;
        if (character == 0 && cut && size - at < 4)
            text[at] = '\0';
        else if (character == 0 ||
                 is_unprintable(code_of((const unsigned char *)text + at, character)))
            memset(text + at, '?', step);
        at += step;
    }
}

int32_t gql_fail(gql_failure *failure, int32_t code, const char *format, ...)
{
    if (failure == NULL || !GQL_HAS(failure, message))
        return code;
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    if (size < 0)
        failure->message[0] = '\0';
    gql_clean_line(failure->message, size >= (int)sizeof failure->message);
    failure->code = code;
    return code;
}

int32_t gql_fail_no_memory(gql_failure *failure)
{
    return gql_fail(failure, GQL_E_NO_MEMORY, "out of memory");
}
