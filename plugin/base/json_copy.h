// SPDX-License-Identifier: MIT
#ifndef PLUGIN_BASE_JSON_COPY_H
#define PLUGIN_BASE_JSON_COPY_H

#include <jansson.h>
#include <stdint.h>

/*
 * A copy of an object, with the same values; a new reference. NULL if out of memory: json_copy
 * leaves members out, and says nothing.
 */
static inline json_t *json_copy_whole(const json_t *object)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)object); /* Its parameter lacks a const. */
    if (json_object_size(copy) == json_object_size(object))
        return copy;
    json_decref(copy);
    return NULL;
}

#endif
