// SPDX-License-Identifier: MIT
#include "vault/line.h"

#include <stdio.h>
#include <string.h>

#include "vault/utf8.h"

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

bool vault_line_is_unprintable(uint32_t code)
{
    for (size_t i = 0; i < sizeof unprintable / sizeof unprintable[0]; i++)
        if (code <= unprintable[i].last)
            return code >= unprintable[i].first;
    return false;
}

void vault_line_format(char *ret_line, size_t capacity, const char *format, va_list arguments)
{
    const bool cut = vsnprintf(ret_line, capacity, format, arguments) >= (int)capacity;
    const char *end = ret_line + strlen(ret_line);
    for (char *at = ret_line; at < end;) {
        uint32_t code = 0;
        const size_t size = vault_utf8_read(at, end, &code);
        const size_t step = size == 0 ? 1 : size;
        if (size == 0 && cut && end - at < VAULT_UTF8_SIZE)
            *at = '\0';
        else if (size == 0 || vault_line_is_unprintable(code))
            memset(at, '?', step);
        at += step;
    }
}
