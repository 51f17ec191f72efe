// SPDX-License-Identifier: MIT
#include "vault/credential_ref.h"

#include "vault/claims.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"
#include "vault/token_cache.h"
#include "vault/token_key.h"

static const struct {
    const char *name;
    const char *text;
} statuses[] = {
    {"ok", "The token is valid"},
#define STATUS_ROW(constant, name, text) {name, text},
    VAULT_TOKEN_STATUSES(STATUS_ROW)
#undef STATUS_ROW
        {"no_memory", "Out of memory"},
    {"no_keyring", "The keyring can't be read at the moment"},
};

const char *vault_token_status_name(enum vault_token_status status)
{
    return statuses[status].name;
}

const char *vault_token_status_text(enum vault_token_status status)
{
    return statuses[status].text;
}

static enum vault_token_status find_key(const struct vault_keyring *keyring,
                                        const struct vault_paseto *token, int64_t now,
                                        const struct vault_keyring_key **ret_key)
{
    const enum vault_token_status status = vault_token_key(keyring, token, ret_key);
    if (status != VAULT_TOKEN_OK)
        return status;
    if ((*ret_key)->state == VAULT_KEY_REVOKED)
        return VAULT_TOKEN_REVOKED_KEY;
    return now < (*ret_key)->not_before || now >= (*ret_key)->not_after ? VAULT_TOKEN_UNKNOWN_KEY
                                                                        : VAULT_TOKEN_OK;
}

static bool is_signed_by(const struct vault_paseto *token, const struct vault_keyring_key *key,
                         struct vault_token_cache *cache, const char *text, size_t size)
{
    const struct vault_bytes implicit = VAULT_NO_BYTES;
    if (cache == NULL)
        return vault_paseto_verify(token, implicit, key->public_key.bytes);
    const struct vault_token_digest digest = vault_token_cache_digest(cache, &key->public_key, text,
                                                                      size);
    if (vault_token_cache_has(cache, &digest))
        return true;
    if (!vault_paseto_verify(token, implicit, key->public_key.bytes))
        return false;
    vault_token_cache_add(cache, &digest);
    return true;
}

enum vault_token_status vault_credential_ref_check(const struct vault_keyring *keyring,
                                                   struct vault_token_cache *cache,
                                                   const char *token, size_t size,
                                                   const struct vault_policy *policy)
{
    struct vault_paseto paseto;
    const struct vault_keyring_key *key = NULL;
    if (keyring == NULL)
        return VAULT_TOKEN_NO_KEYRING;
    switch (vault_paseto_parse(token, size, &paseto)) {
    case VAULT_PASETO_MALFORMED:
        return VAULT_TOKEN_MALFORMED;
    case VAULT_PASETO_UNSUPPORTED:
        return VAULT_TOKEN_UNSUPPORTED_VERSION;
    case VAULT_PASETO_GOOD:
        break;
    }
    const enum vault_token_status status = find_key(keyring, &paseto, policy->now, &key);
    if (status != VAULT_TOKEN_OK)
        return status;
    if (!is_signed_by(&paseto, key, cache, token, size))
        return VAULT_TOKEN_BAD_SIGNATURE;
    return vault_claims_check(paseto.message, keyring, policy);
}
