// SPDX-License-Identifier: MIT
/*
 * Borrowed UTF-8 text. It is not NUL-terminated and may contain NUL. `data` is NULL if there is no
 * text; an empty text has data.
 */
#ifndef PLUGIN_BASE_TEXT_H
#define PLUGIN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
    const char *data;
    size_t size;
};

#define TEXT(literal) ((struct text){("" literal), sizeof(literal) - 1})
#define NO_TEXT ((struct text){NULL, 0})

static inline struct text text_of(const char *string)
{
    return (struct text){string, string == NULL ? 0 : strlen(string)};
}

static inline bool text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
