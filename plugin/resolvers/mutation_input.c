// SPDX-License-Identifier: MIT
#include "plugin/resolvers/mutation_input.h"

#include "plugin/base/limits.h"
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/mutation_outcome.h"
#include "plugin/resolvers/title.h"

_Static_assert(CREDENTIAL_REF_MAX == VAULT_TOKEN_LIMIT, "a longer token would never be checked");

bool mutation_take_version(struct mutation *mutation)
{
    if (member_int(mutation->input, "version", &mutation->change.expected_version))
        return true;
    operation_reject_argument(&mutation->operation, "input.version",
                              "The version is a 32-bit integer");
    return false;
}

bool mutation_take_title(struct mutation *mutation)
{
    const struct text given = member_text(mutation->input, "title");
    const struct text title = given.data == NULL ? given : title_trim(given);
    const char *detail = given.data == NULL ? "A title is a string and can't be null"
                                            : title_violation(title);
    mutation->change.title = title;
    if (detail != NULL)
        operation_reject_argument(&mutation->operation, "input.title", detail);
    return detail == NULL;
}

bool mutation_take_is_active(struct mutation *mutation)
{
    const json_t *is_active = json_object_get(mutation->input, "isActive");
    mutation->change.sets_active = is_active != NULL;
    mutation->change.is_active = json_is_true(is_active);
    if (is_active == NULL || json_is_boolean(is_active))
        return true;
    operation_reject_argument(&mutation->operation, "input.isActive",
                              "This must be true or false; it can't be null");
    return false;
}

bool mutation_take_credential_ref(struct mutation *mutation)
{
    struct text *token = &mutation->token;
    mutation->change.sets_credential_ref = json_object_get(mutation->input, "credentialRef") !=
                                           NULL;
    if (!member_given(mutation->input, "credentialRef"))
        return true;
    *token = member_text(mutation->input, "credentialRef");
    mutation->change.credential_ref = *token;
    if (token->data == NULL || token->size > CREDENTIAL_REF_MAX)
        mutation_reject_token(mutation, VAULT_TOKEN_MALFORMED);
    else if (mutation->operation.instance->config.keyring == NULL)
        mutation_reject_token(mutation, VAULT_TOKEN_UNKNOWN_KEY);
    else
        return true;
    return false;
}
