// SPDX-License-Identifier: MIT
#include "vault/claims.h"

#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"
#include "vault/timestamp.h"
#include "vault/utf8.h"

/* A claim that is a string; `text` is NULL if the claim is missing. Borrowed from the JSON. */
struct claim {
    const char *text;
    size_t size;
};

static bool take_string(const json_t *claims, const char *name, struct claim *ret_claim)
{
    const json_t *member = json_object_get(claims, name);
    *ret_claim = (struct claim){json_string_value(member), json_string_length(member)};
    return member == NULL ||
           (json_is_string(member) && vault_utf8_is_valid(ret_claim->text, ret_claim->size));
}

/* Gives `absent` if the claim is missing. */
static bool take_time(const json_t *claims, const char *name, int64_t absent, int64_t *ret_ms)
{
    struct claim claim;
    *ret_ms = absent;
    return take_string(claims, name, &claim) &&
           (claim.text == NULL || vault_timestamp_parse(claim.text, claim.size, ret_ms));
}

struct claims {
    struct claim subject;
    struct claim audience;
    struct claim issuer;
    struct claim token_id;
    int64_t issued;
    int64_t not_before;
    int64_t expires;
};

static bool read_claims(const json_t *root, struct claims *claims)
{
    return take_string(root, "sub", &claims->subject) &&
           take_string(root, "aud", &claims->audience) &&
           take_string(root, "iss", &claims->issuer) &&
           take_string(root, "jti", &claims->token_id) &&
           take_time(root, "iat", INT64_MIN, &claims->issued) &&
           take_time(root, "nbf", INT64_MIN, &claims->not_before) &&
           take_time(root, "exp", INT64_MAX, &claims->expires) && claims->subject.size >= 1 &&
           claims->subject.size <= VAULT_SUBJECT_LIMIT && claims->audience.text != NULL;
}

static bool equals(struct claim claim, const char *text, size_t size)
{
    return claim.text != NULL && claim.size == size && memcmp(claim.text, text, size) == 0;
}

static enum vault_token_status judge(const struct claims *claims,
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
    if (claims->token_id.text != NULL &&
        vault_keyring_revokes_token(keyring, claims->token_id.text, claims->token_id.size))
        return VAULT_TOKEN_REVOKED;
    return VAULT_TOKEN_OK;
}

enum vault_token_status vault_claims_check(struct vault_bytes message,
                                           const struct vault_keyring *keyring,
                                           const struct vault_policy *policy)
{
    struct claims claims;
    json_t *root = NULL;
    enum vault_token_status status = VAULT_TOKEN_MALFORMED;
    if (vault_json_read(message, VAULT_JSON_KEEP_SURROGATES, &root, NULL) == VAULT_JSON_NO_MEMORY)
        status = VAULT_TOKEN_NO_MEMORY;
    else if (json_is_object(root))
        status = read_claims(root, &claims) ? judge(&claims, keyring, policy)
                                            : VAULT_TOKEN_BAD_CLAIMS;
    json_decref(root);
    return status;
}
