// SPDX-License-Identifier: MIT
/* A list of organizations, in which each one stands once. Owned by who has it on the stack. */
#ifndef PLUGIN_STORE_TENANTS_ORGANIZATIONS_H
#define PLUGIN_STORE_TENANTS_ORGANIZATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugin/base/tenant_name.h"

/* An organization, with what takes time to tell. */
struct listed {
    uint64_t hash; /* With the key of the root (listing.h). */
    uint32_t tag;
    struct tenant_id id;
};

static inline bool listed_is(const struct listed *one, const struct listed *other)
{
    return text_equal(tenant_id_text(&one->id), tenant_id_text(&other->id));
}

/* Zeroed, but for the first, it is empty. The first one takes no memory. */
struct organizations {
    size_t count;
    size_t capacity; /* Of the others. */
    struct listed *others;
    struct listed first;
};

static inline const struct listed *organizations_at(const struct organizations *organizations,
                                                    size_t place)
{
    return place == 0 ? &organizations->first : &organizations->others[place - 1];
}

void organizations_finish(struct organizations *organizations);

/* Appends it, unless it is in the list. False if memory ran out. */
bool organizations_add(struct organizations *organizations, const struct listed *found);

#endif
