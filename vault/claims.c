// SPDX-License-Identifier: MIT
#include "vault/claims.h"

#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"
#include "vault/timestamp.h"
#include "vault/utf8.h"

static bool take_string(const json_t *claims, const char *name, struct vault_bytes *ret_claim)
{
    const json_t *member = json_object_get(claims, name);
    *ret_claim = (struct vault_bytes){json_string_value(member), json_string_length(member)};
    return member == NULL ||
           (json_is_string(member) && vault_utf8_is_valid(ret_claim->data, ret_claim->size));
}

/* Gives `absent` if the claim is missing. */
static bool take_time(const json_t *claims, const char *name, int64_t absent, int64_t *ret_ms)
{
    struct vault_bytes claim;
    *ret_ms = absent;
    return take_string(claims, name, &claim) &&
           (claim.data == NULL || vault_timestamp_parse(claim.data, claim.size, ret_ms));
}

bool vault_claims_read(const json_t *root, struct vault_claims *ret_claims)
{
    return take_string(root, "sub", &ret_claims->subject) &&
           take_string(root, "aud", &ret_claims->audience) &&
           take_string(root, "iss", &ret_claims->issuer) &&
           take_string(root, "jti", &ret_claims->token_id) &&
           take_time(root, "iat", INT64_MIN, &ret_claims->issued) &&
           take_time(root, "nbf", INT64_MIN, &ret_claims->not_before) &&
           take_time(root, "exp", INT64_MAX, &ret_claims->expires) &&
           ret_claims->subject.size >= 1 && ret_claims->subject.size <= VAULT_SUBJECT_LIMIT &&
           ret_claims->audience.data != NULL;
}

static bool equals(struct vault_bytes claim, const char *text, size_t size)
{
    return claim.data != NULL && vault_bytes_equal(claim, (struct vault_bytes){text, size});
}

static enum vault_token_status judge(const struct vault_claims *claims,
                                     const struct vault_keyring *keyring,
                                     const struct vault_policy *policy)
{
    const int64_t leeway = policy->leeway_seconds * 1000;
    const int64_t now = vault_timestamp_clamp(policy->now);
    if (policy->require_expiry && claims->expires == INT64_MAX)
        return VAULT_TOKEN_BAD_CLAIMS;
    if (!equals(claims->audience, policy->organization_id, policy->organization_id_size))
        return VAULT_TOKEN_WRONG_ORGANIZATION;
    if (policy->issuer != NULL && !equals(claims->issuer, policy->issuer, strlen(policy->issuer)))
        return VAULT_TOKEN_WRONG_ISSUER;
    if (claims->issued > now + leeway || claims->not_before > now + leeway)
        return VAULT_TOKEN_NOT_YET_VALID;
    if (claims->expires <= now - leeway)
        return VAULT_TOKEN_EXPIRED;
    if (claims->token_id.data != NULL &&
        vault_keyring_revokes_token(keyring, claims->token_id.data, claims->token_id.size))
        return VAULT_TOKEN_REVOKED;
    return VAULT_TOKEN_OK;
}

enum vault_token_status vault_claims_check(struct vault_bytes message,
                                           const struct vault_keyring *keyring,
                                           const struct vault_policy *policy)
{
    struct vault_claims claims;
    json_t *root = NULL;
    enum vault_token_status status = VAULT_TOKEN_MALFORMED;
    if (vault_json_read(message, VAULT_JSON_KEEP_SURROGATES, &root, NULL) == VAULT_JSON_NO_MEMORY)
        status = VAULT_TOKEN_NO_MEMORY;
    else if (json_is_object(root))
        status = vault_claims_read(root, &claims) ? judge(&claims, keyring, policy)
                                                  : VAULT_TOKEN_BAD_CLAIMS;
    json_decref(root);
    return status;
}
