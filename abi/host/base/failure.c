// SPDX-License-Identifier: MIT
#include "abi/host/base/failure.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/base/json_string.h"

/* What a terminal would obey: controls (C0, DEL, C1), line separators, marks of direction. */
static bool is_obeyed(const unsigned char *character, size_t size)
{
    if (size == 1)
        return character[0] < 0x20 || character[0] == 0x7F;
    const unsigned last = character[size - 1];
    return (size == 2 && ((character[0] == 0xC2 && last < 0xA0) ||    /* U+0080 to U+009F */
                          (character[0] == 0xD8 && last == 0x9C))) || /* U+061C */
           (size == 3 && character[0] == 0xE2 &&
            ((character[1] == 0x80 && (last == 0x8E || last == 0x8F ||     /* U+200E, U+200F */
                                       (last >= 0xA8 && last <= 0xAE))) || /* U+2028 to U+202E */
             (character[1] == 0x81 && last >= 0xA6 && last <= 0xA9)));     /* U+2066 to U+2069 */
}

void gql_clean_line(char *text, bool cut)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        const size_t character = json_character_size(text + at, size - at);
        const size_t step = character == 0 ? 1 : character;
        if (character == 0 && cut && size - at < 4)
            text[at] = '\0';
        else if (character == 0 || is_obeyed((const unsigned char *)text + at, character))
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
