// SPDX-License-Identifier: MIT
#include "plugin/resolvers/title.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "plugin/base/limits.h"

struct text title_trim(struct text title)
{
    const uint8_t *bytes = (const uint8_t *)title.data;
    int32_t start = 0, end = (int32_t)title.size;
    UChar32 c;
    if (title.size > INT32_MAX)
        return title;
    for (int32_t next = start; start < end; start = next) {
        U8_NEXT(bytes, next, end, c);
        if (!u_isUWhiteSpace(c))
            break;
    }
    for (int32_t former = end; end > start; end = former) {
        U8_PREV(bytes, start, former, c);
        if (!u_isUWhiteSpace(c))
            break;
    }
    return (struct text){title.data + start, (size_t)(end - start)};
}

const char *title_violation(struct text title)
{
    const uint8_t *bytes = (const uint8_t *)title.data;
    int count = 0;
    UChar32 c;
    if (title.size == 0)
        return "A title must hold at least one character that is not white space";
    for (size_t i = 0; i < title.size; count++) {
        U8_NEXT(bytes, i, title.size, c);
        if (c < 0)
            return "A title must not hold lone surrogates";
        if (u_charType(c) == U_CONTROL_CHAR)
            return "A title must not hold control characters";
        if (count == TITLE_MAX)
            return "A title must have at most " LIMIT_TEXT(TITLE_MAX) " characters";
    }
    return NULL;
}
