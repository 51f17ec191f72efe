// SPDX-License-Identifier: MIT
#include "plugin/base/integration.h"

#include <stdlib.h>

/* Texts lie one after the other in blocks, which never move. */
struct integration_list_block {
    struct integration_list_block *next;
    size_t size;
    size_t capacity;
    char data[];
};

enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 65536 };

void integration_list_finish(struct integration_list *list)
{
    while (list->blocks != NULL) {
        struct integration_list_block *block = list->blocks;
        list->blocks = block->next;
        free(block);
    }
    free(list->items);
    *list = (struct integration_list){0};
}

static bool ensure_item(struct integration_list *list)
{
    if (list->count < list->capacity)
        return true;
    const size_t capacity = list->capacity == 0 ? 4 : list->capacity * 4;
    struct integration *items = realloc(list->items, capacity * sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

static bool ensure_bytes(struct integration_list *list, size_t size)
{
    struct integration_list_block *last = list->blocks;
    if (last != NULL && last->capacity - last->size >= size)
        return true;
    size_t capacity = last == NULL ? FIRST_BLOCK : last->capacity * 8;
    if (capacity > LARGEST_BLOCK)
        capacity = LARGEST_BLOCK;
    if (capacity < size)
        capacity = size;
    struct integration_list_block *block = malloc(sizeof *block + capacity);
    if (block == NULL)
        return false;
    *block = (struct integration_list_block){.next = last, .capacity = capacity};
    list->blocks = block;
    return true;
}

static struct text keep(struct integration_list *list, struct text text)
{
    if (text.data == NULL)
        return text;
    struct integration_list_block *block = list->blocks;
    char *copy = block->data + block->size;
    memcpy(copy, text.data, text.size);
    block->size += text.size;
    return (struct text){copy, text.size};
}

bool integration_list_append(struct integration_list *list, const struct integration *integration)
{
    const size_t size = integration->title.size + integration->organization_id.size +
                        integration->credential_ref.size;
    if (!ensure_item(list) || !ensure_bytes(list, size))
        return false;
    struct integration *item = &list->items[list->count++];
    *item = *integration;
    item->title = keep(list, integration->title);
    item->organization_id = keep(list, integration->organization_id);
    item->credential_ref = keep(list, integration->credential_ref);
    return true;
}

void integration_list_reverse(struct integration_list *list)
{
    for (size_t i = 0, j = list->count; i + 1 < j; i++) {
        const struct integration swapped = list->items[i];
        list->items[i] = list->items[--j];
        list->items[j] = swapped;
    }
}
