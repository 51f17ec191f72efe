// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#define CLAIMS "{\"sub\":\"kv/a\",\"aud\":\"acme\",\"jti\":\"t1\"}"

static struct signer signer;
static struct vault_keyring *keyring;

static void make(void)
{
    signer = signer_make();
    keyring = signer_keyring(&signer, "active", "", "[]");
}

static void clean(void)
{
    vault_keyring_release(&keyring);
}

TestSuite(credential_ref, .init = make, .fini = clean);

Test(credential_ref, names_are_those_of_the_specification)
{
    static const char *const names[] = {
        "malformed",          "unsupported_version", "unknown_key", "revoked_key",
        "bad_signature",      "bad_claims",          "expired",     "not_yet_valid",
        "wrong_organization", "wrong_issuer",        "revoked"};
    for (int i = 0; i < 11; i++)
        cr_expect_str_eq(vault_token_status_name((enum vault_token_status)(VAULT_TOKEN_OK + 1 + i)),
                         names[i]);
}

Test(credential_ref, states_of_keys)
{
    static const struct {
        const char *state, *more;
        enum vault_token_status status;
    } cases[] = {
        {"active", "", VAULT_TOKEN_OK},
        {"retired", "", VAULT_TOKEN_OK},
        {"revoked", "", VAULT_TOKEN_REVOKED_KEY},
        {"active", ",\"notBefore\":\"2027-01-15T08:00:00Z\"", VAULT_TOKEN_OK},
        {"active", ",\"notBefore\":\"2027-01-15T08:00:00.001Z\"", VAULT_TOKEN_UNKNOWN_KEY},
        {"active", ",\"notAfter\":\"2027-01-15T08:00:00Z\"", VAULT_TOKEN_UNKNOWN_KEY},
        {"active", ",\"notAfter\":\"2027-01-15T08:00:00.001Z\"", VAULT_TOKEN_OK},
    };
    const char *token = signer_token(&signer, CLAIMS, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vault_keyring *other = signer_keyring(&signer, cases[i].state, cases[i].more, "[]");
        expect_status(check_at(other, token, SIGNER_NOW), cases[i].status);
        vault_keyring_release(&other);
    }
}

Test(credential_ref, footers)
{
    const struct signer other = signer_make();
    char foreign[128], long_footer[400], longest[400], more[256], large[256];
    snprintf(foreign, sizeof foreign, "{\"kid\":\"%s\"}", other.id);
    snprintf(more, sizeof more, "{\"kid\":\"%s\",\"x\":[1]}", signer.id);
    snprintf(longest, sizeof longest, "{\"kid\":\"%s\",\"x\":\"%0*d\"}", signer.id, 256 - 17 - 51,
             0);
    snprintf(long_footer, sizeof long_footer, "{\"kid\":\"%s\",\"x\":\"%0*d\"}", signer.id,
             257 - 17 - 51, 0);
    snprintf(large, sizeof large,
             "{\"kid\":\"%s\",\"n\":1234567890123456789012,\"\\u0000\":[-1e400],\"kid\\u0000\":0}",
             signer.id);
    const struct {
        const char *footer;
        enum vault_token_status status;
    } cases[] = {
        {"", VAULT_TOKEN_OK}, /* Selects the single active key. */
        {more, VAULT_TOKEN_OK},
        {longest, VAULT_TOKEN_OK},
        {long_footer, VAULT_TOKEN_MALFORMED},
        {foreign, VAULT_TOKEN_UNKNOWN_KEY},
        {large, VAULT_TOKEN_OK},
        {"{}", VAULT_TOKEN_MALFORMED},
        {"{\"kid\":1e400}", VAULT_TOKEN_MALFORMED},
        {"{\"kid\":7}", VAULT_TOKEN_MALFORMED},
        {"not json", VAULT_TOKEN_MALFORMED},
        {"[\"kid\"]", VAULT_TOKEN_MALFORMED},
        {"{\"kid\":\"\"}", VAULT_TOKEN_UNKNOWN_KEY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_status(check_at(keyring, signer_token(&signer, CLAIMS, cases[i].footer), SIGNER_NOW),
                      cases[i].status);
}

Test(credential_ref, a_token_of_another_key_with_the_id_of_this_one)
{
    const struct signer other = signer_make();
    char footer[128];
    snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", signer.id);
    expect_status(check_at(keyring, signer_token(&other, CLAIMS, footer), SIGNER_NOW),
                  VAULT_TOKEN_BAD_SIGNATURE);
}

Test(credential_ref, without_a_footer_there_must_be_one_active_key)
{
    const struct signer other = signer_make();
    static const struct {
        const char *first, *second;
        enum vault_token_status status;
    } cases[] = {
        {"active", "retired", VAULT_TOKEN_OK},
        {"active", "active", VAULT_TOKEN_UNKNOWN_KEY},
        {"retired", "retired", VAULT_TOKEN_UNKNOWN_KEY},
        {"retired", "active", VAULT_TOKEN_BAD_SIGNATURE},
    };
    const char *token = signer_token(&signer, CLAIMS, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"%s\"},{\"paserk\":\"%s\","
                 "\"state\":\"%s\"}]}",
                 signer.paserk, cases[i].first, other.paserk, cases[i].second);
        struct vault_keyring *two = keyring_of(text);
        expect_status(check_at(two, token, SIGNER_NOW), cases[i].status);
        vault_keyring_release(&two);
    }
}

static enum vault_token_status check_cached(const struct vault_keyring *ring,
                                            struct vault_token_cache *cache, const char *token,
                                            int64_t now)
{
    const struct vault_policy policy = {.organization_id = "acme",
                                        .organization_id_size = 4,
                                        .leeway_seconds = 0,
                                        .now = now};
    return vault_credential_ref_check(ring, cache, token, strlen(token), &policy);
}

/* Only the signature is cached; everything else is checked every time. */
Test(credential_ref, the_cache_hides_nothing)
{
    struct vault_token_cache *cache = vault_token_cache_create(8);
    char token[VAULT_TOKEN_LIMIT + 1];
    snprintf(token, sizeof token, "%s",
             signer_token(
                 &signer,
                 "{\"sub\":\"s\",\"aud\":\"acme\",\"jti\":\"t1\",\"exp\":\"2027-01-15T08:00:01Z\"}",
                 NULL));
    for (int i = 0; i < 3; i++)
        expect_status(check_cached(keyring, cache, token, SIGNER_NOW), VAULT_TOKEN_OK);
    expect_status(check_cached(keyring, cache, token, SIGNER_NOW + 1000), VAULT_TOKEN_EXPIRED);
    struct vault_keyring *revoking = signer_keyring(&signer, "active", "", "[\"t1\"]");
    expect_status(check_cached(revoking, cache, token, SIGNER_NOW), VAULT_TOKEN_REVOKED);
    vault_keyring_release(&revoking);
    const struct signer other = signer_make();
    struct vault_keyring *foreign = signer_keyring(&other, "active", "", "[]");
    expect_status(check_cached(foreign, cache, token, SIGNER_NOW), VAULT_TOKEN_UNKNOWN_KEY);
    vault_keyring_release(&foreign);
    token[15] = token[15] == 'A' ? 'B' : 'A';
    expect_status(check_cached(keyring, cache, token, SIGNER_NOW), VAULT_TOKEN_BAD_SIGNATURE);
    expect_status(check_cached(keyring, cache, token, SIGNER_NOW), VAULT_TOKEN_BAD_SIGNATURE);
    vault_token_cache_destroy(&cache);
    vault_token_cache_destroy(&cache);
}

/* Adds more tokens than the cache holds, repeatedly. */
Test(credential_ref, the_cache_is_bounded)
{
    struct vault_token_cache *cache = vault_token_cache_create(8);
    for (int i = 0; i < 300; i++) {
        char claims[96];
        snprintf(claims, sizeof claims, "{\"sub\":\"kv/%d\",\"aud\":\"acme\"}", i % 100);
        expect_status(check_cached(keyring, cache, signer_token(&signer, claims, NULL), SIGNER_NOW),
                      VAULT_TOKEN_OK);
    }
    vault_token_cache_destroy(&cache);
}

static void expect_both_ways(struct vault_token_cache *cache, const char *token,
                             const struct vault_keyring *right, const struct vault_keyring *wrong)
{
    expect_status(check_cached(wrong, cache, token, SIGNER_NOW), VAULT_TOKEN_BAD_SIGNATURE);
    expect_status(check_cached(right, cache, token, SIGNER_NOW), VAULT_TOKEN_OK);
    expect_status(check_cached(wrong, cache, token, SIGNER_NOW), VAULT_TOKEN_BAD_SIGNATURE);
}

/* Tokens without a footer: each keyring takes its only key, whichever token it is. */
Test(credential_ref, keyrings_that_share_a_cache_share_no_trust)
{
    struct vault_token_cache *cache = vault_token_cache_acquire();
    struct vault_token_cache *again = vault_token_cache_acquire();
    const struct signer other = signer_make();
    struct vault_keyring *theirs = signer_keyring(&other, "active", "", "[]");
    static const char claims[] = "{\"sub\":\"s\",\"aud\":\"acme\",\"jti\":\"t1\"}";
    cr_expect_eq(cache, again);
    char ours_token[VAULT_TOKEN_LIMIT + 1];
    snprintf(ours_token, sizeof ours_token, "%s", signer_token(&signer, claims, ""));
    expect_both_ways(cache, ours_token, keyring, theirs);
    expect_both_ways(again, signer_token(&other, claims, ""), theirs, keyring);
    /* The same key, another state: what one keyring takes, the other goes on refusing. */
    struct vault_keyring *revoking = signer_keyring(&signer, "active", "", "[\"t1\"]");
    for (int i = 0; i < 2; i++) {
        expect_status(check_cached(revoking, cache, ours_token, SIGNER_NOW), VAULT_TOKEN_REVOKED);
        expect_status(check_cached(keyring, cache, ours_token, SIGNER_NOW), VAULT_TOKEN_OK);
    }
    vault_keyring_release(&revoking);
    vault_keyring_release(&theirs);
    vault_token_cache_release(&again);
    expect_status(check_cached(keyring, cache, ours_token, SIGNER_NOW), VAULT_TOKEN_OK);
    vault_token_cache_release(&cache);
    vault_token_cache_release(&cache);
}
