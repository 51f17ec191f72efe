// SPDX-License-Identifier: MIT
/*
 * vault_claims_check: what is written in another way, or has more claims, gets the same verdict.
 * The first byte holds the policy.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "vault/claims.h"
#include "vault/json_reader.h"
#include "vault/keyring_content.h"

static struct vault_keyring *keyring;

static void make_keyring(void)
{
    static const char text[] = "{\"version\":1,\"keys\":[],\"revokedTokens\":[\"revoked\"]}";
    struct vault_failure failure;
    EXPECT(vault_keyring_parse(text, strlen(text), &keyring, &failure), "%s", failure.message);
}

static struct vault_policy policy_of(uint8_t choice)
{
    return (struct vault_policy){.organization_id = "acme",
                                 .organization_id_size = 4,
                                 .issuer = choice & 1 ? "i" : NULL,
                                 .leeway_seconds = choice & 2 ? 60 : 0,
                                 .require_expiry = choice & 4,
                                 .now = 1800000000000}; /* 2027-01-15T08:00:00Z */
}

/* Adds a claim that nobody knows, and writes the members in another order. */
static void check_rewritten(json_t *root, enum vault_token_status status,
                            const struct vault_policy *policy)
{
    json_object_set_new(root, "another", json_pack("[i, n, s]", 1, "revoked"));
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_INDENT(1));
    EXPECT(text != NULL);
    EXPECT(vault_claims_check(vault_bytes_of(text), keyring, policy) == status, "%s: %s",
           vault_token_status_name(status), text);
    free(text);
}

static void check_revoked(const json_t *root, enum vault_token_status status)
{
    const char *id = json_string_value(json_object_get(root, "jti"));
    const size_t size = json_string_length(json_object_get(root, "jti"));
    EXPECT(status != VAULT_TOKEN_OK || id == NULL || size != 7 || memcmp(id, "revoked", 7) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const struct vault_policy policy = policy_of(fuzz_byte(&input));
    struct vault_bytes message;
    json_t *root = NULL;
    if (keyring == NULL)
        make_keyring();
    char *text = fuzz_rest(&input, &message.size);
    message.data = text;
    const enum vault_token_status status = vault_claims_check(message, keyring, &policy);
    const bool is_unicode = vault_json_read(message, VAULT_JSON_STRICT, &root, NULL) ==
                            VAULT_JSON_OK;
    if (!is_unicode)
        vault_json_read(message, VAULT_JSON_KEEP_SURROGATES, &root, NULL);
    EXPECT((status != VAULT_TOKEN_MALFORMED) == json_is_object(root), "%s",
           vault_token_status_name(status));
    if (json_is_object(root)) {
        check_revoked(root, status);
        if (is_unicode) /* Jansson does not write surrogates. */
            check_rewritten(root, status, &policy);
    }
    json_decref(root);
    free(text);
    return 0;
}
