// SPDX-License-Identifier: MIT
#include "plugin/base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Removes the last character if the end of the buffer has cut it. */
static void mend_end(char *message, size_t size)
{
    size_t start = size;
    while (start > 0 && ((unsigned char)message[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    const unsigned char lead = (unsigned char)message[start - 1];
    const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (size - (start - 1) < length)
        message[start - 1] = '\0';
}

int32_t fail(gql_failure *failure, int32_t code, const char *format, ...)
{
    if (failure == NULL || !GQL_FITS(failure, GQL_FAILURE_SIZE_0_2))
        return code;
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    if (size >= (int)sizeof failure->message)
        mend_end(failure->message, sizeof failure->message - 1);
    failure->code = code;
    return code;
}

int32_t fail_no_memory(gql_failure *failure)
{
    return fail(failure, GQL_E_NO_MEMORY, "Out of memory");
}
