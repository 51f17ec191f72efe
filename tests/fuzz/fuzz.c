// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

void fuzz_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: not so: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

static char *take(struct fuzz_input *input, size_t size, size_t *ret_size)
{
    char *text = malloc(size);
    EXPECT(size == 0 || text != NULL);
    if (size > 0)
        memcpy(text, input->data, size);
    input->data += size;
    input->size -= size;
    *ret_size = size;
    return text;
}

char *fuzz_rest(struct fuzz_input *input, size_t *ret_size)
{
    return take(input, input->size, ret_size);
}

char *fuzz_until(struct fuzz_input *input, char end, size_t *ret_size)
{
    const uint8_t *found = input->size == 0 ? NULL : memchr(input->data, end, input->size);
    char *text = take(input, found == NULL ? input->size : (size_t)(found - input->data), ret_size);
    (void)fuzz_byte(input);
    return text;
}

bool fuzz_is_utf8(const char *text, size_t size)
{
    int32_t position = 0;
    while (position < (int32_t)size) {
        UChar32 c;
        U8_NEXT(text, position, (int32_t)size, c);
        if (c < 0)
            return false;
    }
    return true;
}

void fuzz_check_message(const char *message)
{
    EXPECT(message[0] != '\0' && fuzz_is_utf8(message, strlen(message)), "%s", message);
    for (int32_t i = 0; message[i] != '\0';) {
        UChar32 c;
        U8_NEXT(message, i, -1, c);
        EXPECT(c >= 0x20 && (c < 0x7F || c > 0x9F), "U+%04X: %s", (unsigned)c, message);
    }
}
