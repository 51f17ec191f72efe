// SPDX-License-Identifier: MIT
#include "plugin/base/tenant_name.h"

#include <stdint.h>

static const char packed_mark[] = "==";
static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char hexadecimal[] = "0123456789abcdef";

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether Windows takes a file of this name for a device, with any extension. */
static bool is_device(struct text name)
{
    static const char devices[][4] = {"con", "prn", "aux", "nul", "com", "lpt"};
    enum { NUMBERED = 4 }; /* The first that has a digit. */
    const char *dot = memchr(name.data, '.', name.size);
    const size_t size = dot == NULL ? name.size : (size_t)(dot - name.data);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        const bool fits = i < NUMBERED ? size == 3 : size == 4 && is_digit(name.data[3]);
        if (fits && memcmp(name.data, devices[i], 3) == 0)
            return true;
    }
    return false;
}

/* Whether a byte of the ID stands for itself. */
static bool is_plain(struct text id, size_t at)
{
    const char c = id.data[at];
    if (at == 0 && is_device(id))
        return false;
    return is_lower(c) || is_digit(c) || c == '_' || (c == '-' && at > 0) ||
           (c == '.' && at > 0 && at + 1 < id.size);
}

static size_t readable_size(struct text id)
{
    size_t size = 0;
    for (size_t at = 0; at < id.size; at++)
        size += is_plain(id, at) ? 1 : is_upper(id.data[at]) ? 2 : 3;
    return size;
}

static void write_readable(struct text id, char *end)
{
    for (size_t at = 0; at < id.size; at++) {
        const uint8_t byte = (uint8_t)id.data[at];
        if (is_plain(id, at)) {
            *end++ = id.data[at];
        } else if (is_upper(id.data[at])) {
            *end++ = '+';
            *end++ = (char)(byte | 0x20);
        } else {
            *end++ = '=';
            *end++ = hexadecimal[byte >> 4];
            *end++ = hexadecimal[byte & 15];
        }
    }
    *end = '\0';
}

static void write_packed(struct text id, char *end)
{
    uint32_t bits = 0;
    int count = 0;
    end = stpcpy(end, packed_mark);
    for (size_t at = 0; at < id.size; at++) {
        bits = bits << 8 | (uint8_t)id.data[at];
        for (count += 8; count >= 5; count -= 5)
            *end++ = base32[bits >> (count - 5) & 31];
    }
    if (count > 0)
        *end++ = base32[bits << (5 - count) & 31];
    *end = '\0';
}

bool tenant_name_make(struct text organization_id, struct tenant_name *ret_name)
{
    if (organization_id.size == 0 || organization_id.size > ORGANIZATION_ID_MAX)
        return false;
    if (readable_size(organization_id) <= TENANT_NAME_MAX)
        write_readable(organization_id, ret_name->text);
    else
        write_packed(organization_id, ret_name->text);
    return true;
}

/* The place of a character, or -1. */
static int place_of(char c, const char *alphabet)
{
    const char *found = c == '\0' ? NULL : strchr(alphabet, c);
    return found == NULL ? -1 : (int)(found - alphabet);
}

static bool append(struct tenant_id *id, int byte)
{
    if (byte < 0 || id->size == sizeof id->bytes)
        return false;
    id->bytes[id->size++] = (char)byte;
    return true;
}

static bool read_packed(const char *text, struct tenant_id *id)
{
    uint32_t bits = 0;
    int count = 0;
    for (; *text != '\0'; text++) {
        const int value = place_of(*text, base32);
        if (value < 0)
            return false;
        bits = bits << 5 | (uint32_t)value;
        count += 5;
        if (count >= 8 && !append(id, (int)(bits >> (count -= 8) & 255)))
            return false;
    }
    return true;
}

/* What stands for a byte: moves behind it. -1 if nothing does. */
static int read_byte(const char **text)
{
    const char *at = *text;
    const char c = *at++;
    int byte = (uint8_t)c;
    if (c == '+') {
        byte = is_lower(*at) ? *at++ - 'a' + 'A' : -1;
    } else if (c == '=') {
        const int high = place_of(at[0], hexadecimal);
        const int low = high < 0 ? -1 : place_of(at[1], hexadecimal);
        byte = low < 0 ? -1 : high << 4 | low;
        at += 2;
    }
    *text = at;
    return byte;
}

static bool read_readable(const char *text, struct tenant_id *id)
{
    while (*text != '\0') {
        if (!append(id, read_byte(&text)))
            return false;
    }
    return true;
}

bool tenant_name_read(const char *name, struct tenant_id *ret_id)
{
    struct tenant_id id = {.size = 0};
    struct tenant_name again;
    const size_t mark = sizeof packed_mark - 1;
    const bool packed = strncmp(name, packed_mark, mark) == 0;
    if (!(packed ? read_packed(name + mark, &id) : read_readable(name, &id)) ||
        !tenant_name_make(tenant_id_text(&id), &again))
        return false;
    if (strcmp(again.text, name) != 0) /* Another spelling. */
        return false;
    *ret_id = id;
    return true;
}
