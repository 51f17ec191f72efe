// SPDX-License-Identifier: MIT
#include "vault/utf8.h"

#include <string.h>

static size_t size_of(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >> 5 == 0x06)
        return 2;
    if (lead >> 4 == 0x0E)
        return 3;
    return lead >> 3 == 0x1E ? 4 : 0;
}

size_t vault_utf8_read(const char *at, const char *end, uint32_t *ret_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char lead = (unsigned char)*at;
    const size_t size = size_of(lead);
    uint32_t code = size == 1 ? lead : lead & (0x7Fu >> size);
    if (size == 0 || (size_t)(end - at) < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        const unsigned char next = (unsigned char)at[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (next & 0x3F);
    }
    *ret_code = code;
    return code >= least[size] && code <= 0x10FFFF && !vault_is_surrogate(code) ? size : 0;
}

size_t vault_utf8_write(uint32_t code, char ret_text[VAULT_UTF8_SIZE])
{
    const size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    const uint32_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        ret_text[i] = (char)(0x80 | (code & 0x3F));
    ret_text[0] = (char)(marks[size] | code);
    return size;
}

/* The first character from `text` on that is not ASCII, or one of the last eight. */
static const char *skip_ascii(const char *text, const char *end)
{
    uint64_t bytes = 0;
    while (end - text >= (ptrdiff_t)sizeof bytes) {
        memcpy(&bytes, text, sizeof bytes);
        if ((bytes & UINT64_C(0x8080808080808080)) != 0)
            break;
        text += sizeof bytes;
    }
    return text;
}

bool vault_utf8_is_valid(const char *text, size_t size)
{
    const char *end = text + size;
    uint32_t code;
    size_t step = 1;
    while (step > 0 && (text = skip_ascii(text, end)) < end) {
        step = vault_utf8_read(text, end, &code);
        text += step;
    }
    return text == end;
}
