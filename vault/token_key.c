// SPDX-License-Identifier: MIT
#include "vault/token_key.h"

#include "vault/json_reader.h"

static enum vault_token_status key_by_footer(const struct vault_keyring *keyring,
                                             struct vault_bytes footer,
                                             const struct vault_keyring_key **ret_key)
{
    if (footer.size > VAULT_FOOTER_LIMIT)
        return VAULT_TOKEN_MALFORMED;
    json_t *root = NULL;
    if (vault_json_read(footer, VAULT_JSON_KEEP_SURROGATES, &root, NULL) == VAULT_JSON_NO_MEMORY)
        return VAULT_TOKEN_NO_MEMORY;
    const json_t *kid = json_object_get(root, "kid");
    const bool named = json_is_string(kid);
    *ret_key = named ? vault_keyring_find(keyring, json_string_value(kid), json_string_length(kid))
                     : NULL;
    json_decref(root);
    return named ? VAULT_TOKEN_OK : VAULT_TOKEN_MALFORMED;
}

enum vault_token_status vault_token_key(const struct vault_keyring *keyring,
                                        const struct vault_paseto *token,
                                        const struct vault_keyring_key **ret_key)
{
    enum vault_token_status status = VAULT_TOKEN_OK;
    if (token->footer.size > 0)
        status = key_by_footer(keyring, token->footer, ret_key);
    else
        *ret_key = vault_keyring_single_active(keyring);
    return status == VAULT_TOKEN_OK && *ret_key == NULL ? VAULT_TOKEN_UNKNOWN_KEY : status;
}
