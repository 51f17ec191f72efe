// SPDX-License-Identifier: MIT
#include "plugin/base/integration.h"

#include <stdlib.h>

static size_t size_of_texts(const struct integration *integration)
{
    return integration->title.size + integration->organization_id.size +
           integration->credential_ref.size;
}

/* Copies to *at, which is then advanced past the copy. */
static struct text copy_text(struct text text, char **at)
{
    if (text.data == NULL)
        return text;
    char *copy = memcpy(*at, text.data, text.size);
    *at += text.size;
    return (struct text){copy, text.size};
}

static void copy_integration(struct integration *copy, const struct integration *integration,
                             char **at)
{
    *copy = *integration;
    copy->title = copy_text(integration->title, at);
    copy->organization_id = copy_text(integration->organization_id, at);
    copy->credential_ref = copy_text(integration->credential_ref, at);
}

bool integration_copy_init(struct integration_copy *copy, const struct integration *integration)
{
    char *texts = malloc(size_of_texts(integration) + 1);
    *copy = (struct integration_copy){.texts = texts};
    if (texts != NULL)
        copy_integration(&copy->integration, integration, &texts);
    return copy->texts != NULL;
}

void integration_copy_finish(struct integration_copy *copy)
{
    free(copy->texts);
    *copy = (struct integration_copy){0};
}

/* The texts of a list lie in blocks, one after the other. Blocks never move. */
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

bool integration_list_append(struct integration_list *list, const struct integration *integration)
{
    const size_t size = size_of_texts(integration);
    if (!ensure_item(list) || !ensure_bytes(list, size))
        return false;
    struct integration_list_block *block = list->blocks;
    char *at = block->data + block->size;
    copy_integration(&list->items[list->count++], integration, &at);
    block->size += size;
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
