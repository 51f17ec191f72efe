// SPDX-License-Identifier: MIT
/* An integration as the store gives it out, and lists of them. */
#ifndef PLUGIN_INTEGRATION_H
#define PLUGIN_INTEGRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/identifier.h"
#include "plugin/base/text.h"

struct integration {
    struct identifier id;
    int32_t version;
    bool is_active;
    struct text title;
    struct text organization_id;
    struct text credential_ref; /* No text where it has none. */
};

/* Integrations that own their texts. */
struct integration_list {
    struct integration *items;
    size_t count;
    size_t capacity;
    struct integration_list_block *blocks;
};

static inline void integration_list_init(struct integration_list *list)
{
    *list = (struct integration_list){0};
}

/* Frees what the list owns and leaves it empty. */
void integration_list_finish(struct integration_list *list);

#define INTEGRATION_LIST_AUTO \
    __attribute__((cleanup(integration_list_finish))) struct integration_list

/* Appends a copy. False if memory ran out; the list is as before. */
bool integration_list_append(struct integration_list *list, const struct integration *integration);

/* Turns the order of the members around. */
void integration_list_reverse(struct integration_list *list);

#endif
