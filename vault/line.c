// SPDX-License-Identifier: MIT
#include "vault/line.h"

#include <stdio.h>
#include <string.h>

#include "vault/utf8.h"

bool vault_line_is_obeyed(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) ||
           code == 0x061C ||                     /* Arabic letter mark. */
           (code >= 0x200E && code <= 0x200F) || /* Left-to-right and right-to-left marks. */
           (code >= 0x2028 && code <= 0x202E) || /* Separators, embeddings, overrides. */
           (code >= 0x2066 && code <= 0x2069);   /* Isolates. */
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
        else if (size == 0 || vault_line_is_obeyed(code))
            memset(at, '?', step);
        at += step;
    }
}
