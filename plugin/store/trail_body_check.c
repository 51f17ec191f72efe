// SPDX-License-Identifier: MIT
#include "plugin/store/trail_body_check.h"

#include "plugin/store/trail_body.h"
#include "vault/json_reader.h"

enum trail_body_verdict trail_body_read(struct text body, struct text organization_id,
                                        json_t **ret_body)
{
    json_t *root = NULL;
    if (body.size > TRAIL_BODY_MAX)
        return TRAIL_BODY_WRONG;
    const enum vault_json_status status =
        vault_json_read((struct vault_bytes){body.data, body.size}, VAULT_JSON_STRICT, &root, NULL);
    const json_t *named = json_object_get(root, "organizationId");
    const bool fits = status == VAULT_JSON_OK && json_is_string(named) &&
                      text_equal((struct text){json_string_value(named), json_string_length(named)},
                                 organization_id);
    if (fits) {
        *ret_body = root;
        return TRAIL_BODY_FITS;
    }
    json_decref(root);
    return status == VAULT_JSON_NO_MEMORY ? TRAIL_BODY_NO_MEMORY : TRAIL_BODY_WRONG;
}

enum trail_body_verdict trail_body_check(struct text body, struct text organization_id)
{
    json_t *root = NULL;
    if (body.data == NULL)
        return TRAIL_BODY_FITS;
    const enum trail_body_verdict verdict = trail_body_read(body, organization_id, &root);
    json_decref(root);
    return verdict;
}
