// SPDX-License-Identifier: MIT
#include "tests/plugin/late_engine/change.h"

#include "plugin/base/organization.h"
#include "plugin/store/change.h"

static enum store_status find_repeated(const struct table *table, int64_t now,
                                       struct store_mutation *mutation)
{
    const enum store_status status = mutation->key == NULL
                                         ? STORE_NOT_FOUND
                                         : table_find_key(table, mutation, now, &mutation->id);
    if (status == STORE_REPEATED)
        change_create(mutation);
    return status;
}

static enum store_status create(struct table *table, const struct collation *collation,
                                struct identifier_mint *mint, int64_t now,
                                struct store_mutation *mutation)
{
    const enum store_status status = find_repeated(table, now, mutation);
    if (status != STORE_NOT_FOUND || mutation->kind == STORE_REPEAT)
        return status;
    identifier_rise(mint, &table->highest);
    mutation->id = identifier_next(mint, organization_tag(mutation->organization_id), now);
    table->highest = mutation->id;
    change_create(mutation);
    table_put(table, &mutation->result.integration, collation);
    if (mutation->key != NULL)
        table_add_key(table, mutation, now);
    return STORE_OK;
}

enum store_status table_apply(struct table *table, const struct collation *collation,
                              struct identifier_mint *mint, int64_t now,
                              struct store_mutation *mutation)
{
    if (deadline_passed(mutation->deadline))
        return STORE_EXPIRED;
    if (mutation->kind == STORE_NOTE_DENIAL || mutation->kind == STORE_SWEEP)
        return STORE_NOT_FOUND; /* It keeps no trail, and nothing that was deleted. */
    if (mutation->kind == STORE_CREATE || mutation->kind == STORE_REPEAT)
        return create(table, collation, mint, now, mutation);
    const struct row *row = table_find(table, &mutation->id);
    if (row == NULL)
        return STORE_NOT_FOUND;
    enum store_status status = change_begin(mutation, &row->copy.integration);
    if (status == STORE_OK && mutation->kind == STORE_UPDATE)
        status = change_update(mutation);
    if (status == STORE_OK && mutation->kind == STORE_UPDATE)
        table_put(table, &mutation->result.integration, collation);
    else if (status == STORE_OK)
        table_remove(table, &mutation->id);
    return status;
}
