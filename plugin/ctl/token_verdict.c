// SPDX-License-Identifier: MIT
#include "plugin/ctl/token_verdict.h"

#include "vault/credential_ref.h"

const char *token_revocation(struct vault_keyring *keyring, const struct integration *integration,
                             int64_t now)
{
    const struct text token = integration->credential_ref;
    const struct vault_policy policy = {.organization_id = integration->organization_id.data,
                                        .organization_id_size = integration->organization_id.size,
                                        .now = now};
    const enum vault_token_status status = vault_credential_ref_check(keyring, NULL, token.data,
                                                                      token.size, &policy);
    return status == VAULT_TOKEN_REVOKED || status == VAULT_TOKEN_REVOKED_KEY ||
                   status == VAULT_TOKEN_UNKNOWN_KEY
               ? vault_token_status_name(status)
               : NULL;
}
