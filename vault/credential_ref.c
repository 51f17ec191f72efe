// SPDX-License-Identifier: MIT
#include "vault/credential_ref.h"

#include "vault/claims.h"
#include "vault/keyring_internal.h"
#include "vault/paseto.h"
#include "vault/token_cache.h"

enum { FOOTER_LIMIT = 256 };

_Static_assert(VAULT_TOKEN_LIMIT == VAULT_PASETO_TOKEN_LIMIT, "one limit");

static const struct {
    const char *name;
    const char *text;
} refusals[] = {
    {"accepted", "It is accepted"},
#define REFUSAL_ROW(constant, name, text) {name, text},
    VAULT_REFUSALS(REFUSAL_ROW)
#undef REFUSAL_ROW
        {"no_memory", "Memory ran out"},
};

const char *vault_refusal_name(enum vault_refusal refusal)
{
    return refusals[refusal].name;
}

const char *vault_refusal_text(enum vault_refusal refusal)
{
    return refusals[refusal].text;
}

/* Nothing but `kid` is read of the footer, and only to choose the key that then has to fit. */
static enum vault_refusal key_by_footer(const struct vault_keyring *keyring,
                                        struct vault_bytes footer,
                                        const struct vault_keyring_key **ret_key)
{
    if (footer.size > FOOTER_LIMIT)
        return VAULT_REFUSED_MALFORMED;
    json_t *root = json_loadb(footer.data, footer.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                              NULL);
    const json_t *kid = json_object_get(root, "kid");
    const bool named = json_is_string(kid);
    *ret_key = named ? vault_keyring_find(keyring, json_string_value(kid), json_string_length(kid))
                     : NULL;
    json_decref(root);
    if (!named)
        return VAULT_REFUSED_MALFORMED;
    return *ret_key == NULL ? VAULT_REFUSED_UNKNOWN_KEY : VAULT_ACCEPTED;
}

static enum vault_refusal find_key(const struct vault_keyring *keyring,
                                   const struct vault_paseto *token, int64_t now,
                                   const struct vault_keyring_key **ret_key)
{
    enum vault_refusal refusal = VAULT_ACCEPTED;
    if (token->footer.size > 0)
        refusal = key_by_footer(keyring, token->footer, ret_key);
    else if ((*ret_key = vault_keyring_single_active(keyring)) == NULL)
        refusal = VAULT_REFUSED_UNKNOWN_KEY;
    if (refusal != VAULT_ACCEPTED)
        return refusal;
    if ((*ret_key)->state == VAULT_KEY_REVOKED)
        return VAULT_REFUSED_REVOKED_KEY;
    return now < (*ret_key)->not_before || now >= (*ret_key)->not_after ? VAULT_REFUSED_UNKNOWN_KEY
                                                                        : VAULT_ACCEPTED;
}

static bool is_signed_by(const struct vault_paseto *token, const struct vault_keyring_key *key,
                         const struct vault_keyring *keyring, struct vault_token_cache *cache,
                         const char *text, size_t size)
{
    const struct vault_bytes implicit = VAULT_NO_BYTES;
    if (cache == NULL)
        return vault_paseto_verify(token, implicit, key->public_key.bytes);
    const struct vault_token_digest digest = vault_token_cache_digest(cache, text, size);
    if (vault_token_cache_has(cache, keyring->generation, &digest))
        return true;
    if (!vault_paseto_verify(token, implicit, key->public_key.bytes))
        return false;
    vault_token_cache_add(cache, keyring->generation, &digest);
    return true;
}

enum vault_refusal vault_credential_ref_check(const struct vault_keyring *keyring,
                                              struct vault_token_cache *cache, const char *token,
                                              size_t size, const struct vault_policy *policy)
{
    struct vault_paseto paseto;
    const struct vault_keyring_key *key = NULL;
    switch (vault_paseto_parse(token, size, &paseto)) {
    case VAULT_PASETO_MALFORMED:
        return VAULT_REFUSED_MALFORMED;
    case VAULT_PASETO_UNSUPPORTED:
        return VAULT_REFUSED_UNSUPPORTED_VERSION;
    case VAULT_PASETO_GOOD:
        break;
    }
    const enum vault_refusal refusal = find_key(keyring, &paseto, policy->now, &key);
    if (refusal != VAULT_ACCEPTED)
        return refusal;
    if (!is_signed_by(&paseto, key, keyring, cache, token, size))
        return VAULT_REFUSED_BAD_SIGNATURE;
    return vault_claims_check(paseto.message, keyring, policy);
}
