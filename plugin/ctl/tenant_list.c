// SPDX-License-Identifier: MIT
#include "plugin/ctl/tenant_list.h"

#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/store/tenants/listing.h"
#include "plugin/store/tenants/root.h"
#include "vault/tool/report.h"

enum { SHELVES = 256 };

static void log_line(void *user, uint32_t level, const char *message)
{
    (void)user;
    (void)level;
    report(EXIT_DONE, "%s", message);
}

bool tenant_list_append(struct tenant_list *list, struct text id)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct tenant_id *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return false;
        list->items = items;
        list->capacity = capacity;
    }
    tenant_id_set(&list->items[list->count++], id);
    return true;
}

/* A name in the folder of another first byte is nobody's: gateways do not find it either. */
static int32_t append_shelf(struct tenant_list *list, struct listing *listing, uint32_t shelf,
                            gql_failure *failure)
{
    struct store_detail detail;
    const enum store_status status = listing_refresh(listing, shelf << 16, &detail);
    if (status != STORE_OK)
        return fail(failure, GQL_E_UNAVAILABLE, "%s", detail.text);
    const struct shelf *found = &atomic_load(&listing->shelves[shelf])->shelf;
    for (size_t i = 0; i < found->count; i++) {
        if (found->entries[i].tag >> 16 == shelf &&
            !tenant_list_append(list, tenant_id_text(&found->entries[i].id)))
            return fail_no_memory(failure);
    }
    return GQL_OK;
}

static int compare(const void *left, const void *right)
{
    const struct tenant_id *one = left, *other = right;
    const size_t common = one->size < other->size ? one->size : other->size;
    const int order = memcmp(one->bytes, other->bytes, common);
    return order != 0 ? order : (one->size > other->size) - (one->size < other->size);
}

int32_t tenant_list_read(struct tenant_list *list, const char *root, gql_failure *failure)
{
    struct listing listing;
    const struct store_options options = {.log = log_line};
    *list = (struct tenant_list){0};
    int32_t code = root_check(root, failure);
    listing_init(&listing, root, &options);
    for (uint32_t shelf = 0; shelf < SHELVES && code == GQL_OK; shelf++)
        code = append_shelf(list, &listing, shelf, failure);
    listing_finish(&listing);
    if (code != GQL_OK)
        tenant_list_finish(list);
    else if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare);
    return code;
}

void tenant_list_finish(struct tenant_list *list)
{
    free(list->items);
    *list = (struct tenant_list){0};
}
