// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include "vault/claims.h"

static enum vault_token_status judge(const char *claims, const struct vault_policy *policy)
{
    const struct signer signer = signer_make();
    struct vault_keyring *keyring = signer_keyring(&signer, "active", "", "[\"gone\"]");
    const enum vault_token_status status = vault_claims_check(vault_bytes_of(claims), keyring,
                                                              policy);
    vault_keyring_release(&keyring);
    return status;
}

static const struct vault_policy plain = {.organization_id = "acme",
                                          .organization_id_size = 4,
                                          .leeway_seconds = 60,
                                          .now = SIGNER_NOW};

#define BASE "\"sub\":\"kv/a\",\"aud\":\"acme\""

Test(claims, each_rule)
{
    static const struct {
        const char *claims;
        enum vault_token_status status;
    } cases[] = {
        {"{" BASE "}", VAULT_TOKEN_OK},
        {"", VAULT_TOKEN_MALFORMED},
        {"[]", VAULT_TOKEN_MALFORMED},
        {"\"x\"", VAULT_TOKEN_MALFORMED},
        {"{" BASE "}x", VAULT_TOKEN_MALFORMED},
        {"{" BASE ",\"sub\":\"kv/b\"}", VAULT_TOKEN_MALFORMED},
        {"{\"aud\":\"acme\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":\"\",\"aud\":\"acme\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":null,\"aud\":\"acme\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":\"a\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":\"a\",\"aud\":[\"acme\"]}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":\"a\",\"aud\":\"acm\"}", VAULT_TOKEN_WRONG_ORGANIZATION},
        {"{\"sub\":\"a\",\"aud\":\"acme\\u0000\"}", VAULT_TOKEN_WRONG_ORGANIZATION},
        {"{\"sub\":\"a\",\"aud\":\"ACME\"}", VAULT_TOKEN_WRONG_ORGANIZATION},
        {"{" BASE ",\"iss\":7}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"jti\":{}}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"jti\":\"gone\"}", VAULT_TOKEN_REVOKED},
        {"{" BASE ",\"jti\":\"gon\"}", VAULT_TOKEN_OK},
        {"{" BASE ",\"jti\":\"gone\\u0000\"}", VAULT_TOKEN_OK},
        {"{" BASE ",\"exp\":1900000000}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"exp\":\"tomorrow\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"exp\":\"2027-01-15T07:59:00Z\"}", VAULT_TOKEN_EXPIRED},
        {"{" BASE ",\"exp\":\"2027-01-15T07:59:00.001Z\"}", VAULT_TOKEN_OK},
        {"{" BASE ",\"exp\":\"2027-01-15T09:59:00.001+02:00\"}", VAULT_TOKEN_OK},
        {"{" BASE ",\"nbf\":\"2027-01-15T08:01:00Z\"}", VAULT_TOKEN_OK},
        {"{" BASE ",\"nbf\":\"2027-01-15T08:01:00.001Z\"}", VAULT_TOKEN_NOT_YET_VALID},
        {"{" BASE ",\"iat\":\"2027-01-15T08:01:00.001Z\"}", VAULT_TOKEN_NOT_YET_VALID},
        {"{" BASE ",\"other\":[1e308,123456789012345678901234567890,{\"a\":null}]}",
         VAULT_TOKEN_OK},
        {"{" BASE ",\"other\":[1e400,-1e400,1e-400,{\"a\\u0000b\":{}}]}", VAULT_TOKEN_OK},
        {"{" BASE ",\"\\u0000\":1,\"sub\\u0000\":2,\"exp\\u0000\":3}", VAULT_TOKEN_OK},
        {"{\"aud\":\"acme\",\"sub\\u0000\":\"kv/a\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"s\\u0075b\":1}", VAULT_TOKEN_MALFORMED},
        {"{" BASE ",\"sub\":1e400}", VAULT_TOKEN_MALFORMED},
        {"{\"aud\":\"acme\",\"sub\":1e400}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"exp\":1e400}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"other\":\"\\ud800\",\"\\udfff\":1}", VAULT_TOKEN_OK},
        {"{" BASE ",\"other\":\"\xED\xA0\x80\"}", VAULT_TOKEN_MALFORMED},
        {"{\"aud\":\"acme\",\"sub\":\"\\ud800\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"jti\":\"\\ud800\"}", VAULT_TOKEN_BAD_CLAIMS},
        {"{" BASE ",\"iss\":\"\\ud800\"}", VAULT_TOKEN_BAD_CLAIMS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const enum vault_token_status status = judge(cases[i].claims, &plain);
        cr_expect_eq(status, cases[i].status, "%s: %s, not %s", cases[i].claims,
                     vault_token_status_name(status), vault_token_status_name(cases[i].status));
    }
}

Test(claims, the_subject_has_at_most_512_bytes)
{
    for (int size = 511; size <= 513; size++) {
        char claims[600];
        snprintf(claims, sizeof claims, "{\"aud\":\"acme\",\"sub\":\"%0*d\"}", size, 0);
        cr_expect_eq(judge(claims, &plain), size <= 512 ? VAULT_TOKEN_OK : VAULT_TOKEN_BAD_CLAIMS,
                     "%d bytes", size);
    }
}

Test(claims, issuer_and_expiry_can_be_required)
{
    struct vault_policy strict = plain;
    strict.issuer = "vault";
    cr_expect_eq(judge("{" BASE "}", &strict), VAULT_TOKEN_WRONG_ISSUER);
    cr_expect_eq(judge("{" BASE ",\"iss\":\"vaul\"}", &strict), VAULT_TOKEN_WRONG_ISSUER);
    cr_expect_eq(judge("{" BASE ",\"iss\":\"vault\"}", &strict), VAULT_TOKEN_OK);
    strict.require_expiry = true;
    cr_expect_eq(judge("{" BASE ",\"iss\":\"vault\"}", &strict), VAULT_TOKEN_BAD_CLAIMS);
    cr_expect_eq(judge("{" BASE ",\"iss\":\"vault\",\"exp\":\"2030-01-01T00:00:00Z\"}", &strict),
                 VAULT_TOKEN_OK);
}

/* The host's clock may say anything. */
Test(claims, a_clock_beyond_all_years)
{
    struct vault_policy odd = plain;
    odd.now = INT64_MIN;
    cr_expect_eq(judge("{" BASE ",\"iat\":\"2027-01-15T08:00:00Z\"}", &odd),
                 VAULT_TOKEN_NOT_YET_VALID);
    cr_expect_eq(judge("{" BASE ",\"exp\":\"2027-01-15T08:00:00Z\"}", &odd), VAULT_TOKEN_OK);
    odd.now = INT64_MAX;
    cr_expect_eq(judge("{" BASE ",\"exp\":\"2027-01-15T08:00:00Z\"}", &odd), VAULT_TOKEN_EXPIRED);
    cr_expect_eq(judge("{" BASE "}", &odd), VAULT_TOKEN_OK);
}

Test(claims, other_claims_hold_numbers_of_any_length)
{
    char claims[800];
    snprintf(claims, sizeof claims, "{" BASE ",\"n\":[1%0309d,-1%0309d.5]}", 0, 0);
    cr_expect_eq(judge(claims, &plain), VAULT_TOKEN_OK);
}

Test(claims, deep_nesting_is_rejected)
{
    char claims[4000] = "{\"a\":";
    memset(claims + 5, '[', sizeof claims - 6);
    cr_expect_eq(judge(claims, &plain), VAULT_TOKEN_MALFORMED);
}
