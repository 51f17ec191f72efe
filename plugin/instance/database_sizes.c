// SPDX-License-Identifier: MIT
#include "plugin/instance/database_sizes.h"

#include <stdlib.h>
#include <string.h>

static struct text copy(struct text text)
{
    char *data = text.data == NULL ? NULL : malloc(text.size + 1);
    if (data != NULL)
        memcpy(data, text.data, text.size);
    return (struct text){data, data == NULL ? 0 : text.size};
}

static bool make_room(struct database_sizes *sizes)
{
    if (sizes->row_count < sizes->capacity)
        return true;
    const size_t capacity = sizes->capacity * 2 + 8;
    struct database_size *rows = realloc(sizes->rows, capacity * sizeof *rows);
    if (rows == NULL)
        return false;
    sizes->rows = rows;
    sizes->capacity = capacity;
    return true;
}

static void note(void *user, const struct store_measure *measure)
{
    struct database_sizes *sizes = user;
    sizes->snapshots += measure->snapshots;
    state_counts_add(&sizes->states, measure->state);
    if (!make_room(sizes)) {
        sizes->failed = true;
        return;
    }
    struct database_size *row = &sizes->rows[sizes->row_count];
    *row = (struct database_size){copy(measure->organization_id), measure->file_bytes,
                                  measure->log_bytes};
    if (measure->organization_id.data != NULL && row->organization_id.data == NULL)
        sizes->failed = true;
    else
        sizes->row_count++;
}

/* In the order of bytes. */
static int compare(struct text a, struct text b)
{
    const int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* The largest first. If there are several, each is of one organization. */
static int by_size(const void *first, const void *second)
{
    const struct database_size *a = first, *b = second;
    if (a->file_bytes != b->file_bytes)
        return a->file_bytes < b->file_bytes ? 1 : -1;
    return compare(a->organization_id, b->organization_id);
}

static void forget_organization(struct database_size *row)
{
    free((char *)(uintptr_t)row->organization_id.data);
    row->organization_id = (struct text){0};
}

/* Adds up all from row `from` on, in that row. */
static void fold(struct database_sizes *sizes, size_t from)
{
    for (size_t i = from; i < sizes->row_count; i++) {
        forget_organization(&sizes->rows[i]);
        if (i == from)
            continue;
        sizes->rows[from].file_bytes += sizes->rows[i].file_bytes;
        sizes->rows[from].log_bytes += sizes->rows[i].log_bytes;
    }
    if (sizes->row_count > from)
        sizes->row_count = from + 1;
}

bool database_sizes_init(struct database_sizes *sizes, struct store *store, uint32_t organizations)
{
    *sizes = (struct database_sizes){0};
    store_measure(store, note, sizes);
    if (sizes->failed) {
        database_sizes_finish(sizes);
        return false;
    }
    if (sizes->row_count > 1)
        qsort(sizes->rows, sizes->row_count, sizeof *sizes->rows, by_size);
    const bool others = organizations > 0 && sizes->row_count > organizations;
    if (organizations == 0 || others)
        fold(sizes, organizations);
    if (others)
        sizes->rows[organizations].organization_id = copy(TEXT("_OTHER"));
    return true;
}

void database_sizes_finish(struct database_sizes *sizes)
{
    for (size_t i = 0; i < sizes->row_count; i++)
        forget_organization(&sizes->rows[i]);
    free(sizes->rows);
    *sizes = (struct database_sizes){0};
}
