// SPDX-License-Identifier: MIT
#include "plugin/store/change.h"

void change_create(struct store_mutation *mutation)
{
    mutation->result.integration = (struct integration){
        .id = mutation->id,
        .version = 1,
        .is_active = true,
        .title = mutation->title,
        .organization_id = mutation->organization_id,
        .credential_ref = mutation->credential_ref,
    };
}

enum store_status change_begin(struct store_mutation *mutation, const struct integration *stored)
{
    if (!integration_copy_init(&mutation->result, stored))
        return STORE_NO_MEMORY;
    return stored->version == mutation->expected_version ? STORE_OK : STORE_CONFLICT;
}

enum store_status change_update(struct store_mutation *mutation)
{
    struct integration *changed = &mutation->result.integration;
    if (changed->version == INT32_MAX)
        return STORE_EXHAUSTED;
    if (mutation->title.data != NULL && !text_equal(mutation->title, changed->title))
        changed->title = mutation->title;
    if (mutation->sets_credential_ref)
        changed->credential_ref = mutation->credential_ref;
    if (mutation->sets_active)
        changed->is_active = mutation->is_active;
    changed->version++;
    return STORE_OK;
}
