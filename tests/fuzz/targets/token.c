// SPDX-License-Identifier: MIT
/*
 * Tokens. The first byte chooses what follows: a token; or, to get past the signature, a footer in
 * one line and claims, which the target signs itself.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "vault/claims.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"

static unsigned char secret_key[VAULT_SECRET_KEY_SIZE];
static char key_id[VAULT_PASERK_ID_SIZE];
static struct vault_keyring *keyring;

static const struct vault_policy policy = {
    .organization_id = "acme",
    .organization_id_size = 4,
    .leeway_seconds = 60,
    .now = 1800000000000, /* 2027-01-15T08:00:00Z */
};

static void make_keyring(void)
{
    static const unsigned char seed[crypto_sign_SEEDBYTES] = "a seed that everybody may know";
    struct vault_public_key key;
    struct vault_failure failure;
    char paserk[VAULT_PASERK_PUBLIC_SIZE], text[512];
    EXPECT(sodium_init() >= 0);
    crypto_sign_seed_keypair(key.bytes, secret_key, seed);
    vault_paserk_public_write(&key, paserk);
    vault_paserk_pid_write(&key, key_id);
    const int size = snprintf(text, sizeof text,
                              "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"active\"}],"
                              "\"revokedTokens\":[\"revoked\"]}",
                              paserk);
    EXPECT(vault_keyring_parse(text, (size_t)size, &keyring, &failure), "%s", failure.message);
}

/* The parts of a good token, signed by the same key, give the same token. */
static void check_form(const char *token, size_t size)
{
    struct vault_paseto paseto;
    char again[VAULT_TOKEN_LIMIT + 1];
    if (vault_paseto_parse(token, size, &paseto) != VAULT_PASETO_GOOD ||
        !vault_paseto_verify(&paseto, VAULT_NO_BYTES, secret_key + 32))
        return;
    EXPECT(vault_paseto_sign(paseto.message, paseto.footer, VAULT_NO_BYTES, secret_key, again));
    EXPECT(strlen(again) == size && memcmp(again, token, size) == 0, "%s", again);
}

static void check_any(struct fuzz_input *input)
{
    size_t size;
    char *token = fuzz_rest(input, &size);
    const enum vault_token_status status = vault_credential_ref_check(keyring, NULL, token, size,
                                                                      &policy);
    EXPECT(vault_token_status_name(status) != NULL && vault_token_status_text(status) != NULL);
    check_form(token, size);
    free(token);
}

/* An empty line stands for the footer that names the key. */
static void check_signed(struct fuzz_input *input)
{
    char own_footer[96], token[VAULT_TOKEN_LIMIT + 1];
    struct vault_bytes footer, claims;
    char *footer_text = fuzz_until(input, '\n', &footer.size);
    char *claims_text = fuzz_rest(input, &claims.size);
    const bool own = footer.size == 0;
    snprintf(own_footer, sizeof own_footer, "{\"kid\":\"%s\"}", key_id);
    footer = own ? vault_bytes_of(own_footer) : (struct vault_bytes){footer_text, footer.size};
    claims.data = claims_text;
    if (vault_paseto_sign(claims, footer, VAULT_NO_BYTES, secret_key, token)) {
        const enum vault_token_status status = vault_credential_ref_check(keyring, NULL, token,
                                                                          strlen(token), &policy);
        EXPECT(status != VAULT_TOKEN_BAD_SIGNATURE && status != VAULT_TOKEN_UNSUPPORTED_VERSION);
        EXPECT(!own || status == vault_claims_check(claims, keyring, &policy), "%s",
               vault_token_status_name(status));
    }
    free(footer_text);
    free(claims_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    if (keyring == NULL)
        make_keyring();
    if (fuzz_byte(&input) & 1)
        check_signed(&input);
    else
        check_any(&input);
    return 0;
}
