// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/organizations.h"

#include <stdlib.h>

void organizations_finish(struct organizations *organizations)
{
    free(organizations->others);
    organizations->others = NULL;
    organizations->count = organizations->capacity = 0;
}

static bool has(const struct organizations *organizations, const struct listed *found)
{
    for (size_t i = 0; i < organizations->count; i++) {
        if (listed_is(organizations_at(organizations, i), found))
            return true;
    }
    return false;
}

/* Makes room for one more of the others. */
static bool reserve(struct organizations *organizations)
{
    if (organizations->count <= organizations->capacity)
        return true;
    const size_t capacity = organizations->count * 2;
    struct listed *others = realloc(organizations->others, capacity * sizeof *others);
    if (others == NULL)
        return false;
    organizations->others = others;
    organizations->capacity = capacity;
    return true;
}

bool organizations_add(struct organizations *organizations, const struct listed *found)
{
    if (has(organizations, found))
        return true;
    if (!reserve(organizations))
        return false;
    *(organizations->count == 0 ? &organizations->first
                                : &organizations->others[organizations->count - 1]) = *found;
    organizations->count++;
    return true;
}
