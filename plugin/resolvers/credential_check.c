// SPDX-License-Identifier: MIT
#include "plugin/resolvers/credential_check.h"

#include <assert.h>

#include "plugin/base/deadline.h"
#include "plugin/base/tally.h"

static_assert((int)VAULT_TOKEN_NO_KEYRING < (int)TALLY_STATUSES, "a histogram for each status");

enum vault_token_status credential_check(gql_instance *instance, struct text token,
                                         struct text organization_id)
{
    const struct vault_policy policy = {
        .organization_id = organization_id.data,
        .organization_id_size = organization_id.size,
        .issuer = instance->config.issuer,
        .leeway_seconds = instance->config.leeway_seconds,
        .require_expiry = instance->config.require_expiry,
        .now = instance_now_ms(instance),
    };
    const uint64_t began = monotonic_now();
    struct vault_keyring *keyring = instance_keyring(instance, organization_id);
    const enum vault_token_status status =
        vault_credential_ref_check(keyring, instance->tokens, token.data, token.size, &policy);
    vault_keyring_release(&keyring);
    tally_duration(TALLY_CHECKS + (int)status, monotonic_now() - began);
    return status;
}
