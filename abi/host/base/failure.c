// SPDX-License-Identifier: MIT
#include "abi/host/base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Removes the bytes of a character that vsnprintf has cut in two from the end. */
static void drop_partial_character(char *text)
{
    size_t size = strlen(text);
    size_t start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t expected = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (expected != size - start)
        text[start - 1] = '\0';
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
    else if ((size_t)size >= sizeof failure->message)
        drop_partial_character(failure->message);
    failure->code = code;
    return code;
}

int32_t gql_fail_no_memory(gql_failure *failure)
{
    return gql_fail(failure, GQL_E_NO_MEMORY, "out of memory");
}
