// SPDX-License-Identifier: MIT
/* An integration as the store hands it out; a copy of one; lists of them. */
#ifndef PLUGIN_BASE_INTEGRATION_H
#define PLUGIN_BASE_INTEGRATION_H

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
    struct text credential_ref; /* No text: none. */
};

/* An integration that owns its texts. Zeroed, it is finished. */
struct integration_copy {
    struct integration integration;
    char *texts;
};

/* False if out of memory; the copy is then finished. */
bool integration_copy_init(struct integration_copy *copy, const struct integration *integration);
void integration_copy_finish(struct integration_copy *copy);

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

/* Appends a copy. False if out of memory; the list is unchanged. */
bool integration_list_append(struct integration_list *list, const struct integration *integration);

void integration_list_reverse(struct integration_list *list);

#endif
