// SPDX-License-Identifier: MIT
#include "tests/plugin/late_engine/change.h"

#include "plugin/base/organization.h"

static void create(struct table *table, const struct collation *collation,
                   struct identifier_mint *mint, int64_t now, struct store_mutation *mutation)
{
    struct integration *created = &mutation->result.integration;
    identifier_rise(mint, &table->highest);
    mutation->id = identifier_next(mint, organization_tag(mutation->organization_id), now);
    table->highest = mutation->id;
    *created = (struct integration){
        .id = mutation->id,
        .version = 1,
        .is_active = true,
        .title = mutation->title,
        .organization_id = mutation->organization_id,
        .credential_ref = mutation->credential_ref,
    };
    table_put(table, created, collation);
}

static void update(struct table *table, const struct collation *collation,
                   struct store_mutation *mutation)
{
    struct integration *changed = &mutation->result.integration;
    if (mutation->title.data != NULL)
        changed->title = mutation->title;
    if (mutation->sets_credential_ref)
        changed->credential_ref = mutation->credential_ref;
    if (mutation->sets_active)
        changed->is_active = mutation->is_active;
    changed->version++;
    table_put(table, changed, collation);
}

enum store_status table_apply(struct table *table, const struct collation *collation,
                              struct identifier_mint *mint, int64_t now,
                              struct store_mutation *mutation)
{
    if (deadline_passed(mutation->deadline))
        return STORE_EXPIRED;
    if (mutation->kind == STORE_NOTE_DENIAL || mutation->kind == STORE_SWEEP)
        return STORE_NOT_FOUND; /* It keeps no trail, and nothing that was deleted. */
    if (mutation->kind == STORE_CREATE) {
        create(table, collation, mint, now, mutation);
        return STORE_OK;
    }
    const struct row *row = table_find(table, &mutation->id);
    if (row == NULL)
        return STORE_NOT_FOUND;
    if (!integration_copy_init(&mutation->result, &row->copy.integration))
        return STORE_NO_MEMORY;
    if (mutation->result.integration.version != mutation->expected_version)
        return STORE_CONFLICT;
    if (mutation->kind == STORE_UPDATE)
        update(table, collation, mutation);
    else
        table_remove(table, &mutation->id);
    return STORE_OK;
}
