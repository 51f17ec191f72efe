// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "tests/vault/hex.h"
#include "tests/vault/vectors.h"
#include "vault/paseto.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

Test(paseto, official_vectors)
{
    for (size_t i = 0; i < COUNT(paseto_vectors); i++) {
        const struct paseto_vector *vector = &paseto_vectors[i];
        unsigned char key[32] = {0}, secret[64];
        struct vault_paseto paseto;
        const enum vault_paseto_form form = vault_paseto_parse(vector->token, strlen(vector->token),
                                                               &paseto);
        if (vector->public_key != NULL)
            cr_assert_eq(from_hex(vector->public_key, key, sizeof key), 32);
        const bool good = form == VAULT_PASETO_GOOD &&
                          vault_paseto_verify(&paseto, vault_bytes_of(vector->implicit), key);
        cr_expect_eq(good, !vector->fails, "%s: %d", vector->name, good);
        if (vector->fails)
            continue;
        cr_expect(vault_bytes_equal(paseto.message, vault_bytes_of(vector->payload)), "%s",
                  vector->name);
        cr_expect(vault_bytes_equal(paseto.footer, vault_bytes_of(vector->footer)), "%s",
                  vector->name);
        char token[VAULT_TOKEN_LIMIT + 1];
        cr_assert_eq(from_hex(vector->secret_key, secret, sizeof secret), 64);
        cr_assert(vault_paseto_sign(vault_bytes_of(vector->payload), vault_bytes_of(vector->footer),
                                    vault_bytes_of(vector->implicit), secret, token));
        cr_expect_str_eq(token, vector->token, "%s", vector->name);
    }
}

static const char *const good_token =
    "v4.public."
    "eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9bg"
    "_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA";

static bool verifies(const char *token, size_t size)
{
    unsigned char key[32];
    struct vault_paseto paseto;
    from_hex(paseto_vectors[0].public_key, key, sizeof key);
    return vault_paseto_parse(token, size, &paseto) == VAULT_PASETO_GOOD &&
           vault_paseto_verify(&paseto, VAULT_NO_BYTES, key);
}

/* Flips every bit, truncates at every length, and appends. */
Test(paseto, every_change_is_detected)
{
    char token[512];
    const size_t size = strlen(good_token);
    cr_assert(verifies(good_token, size));
    for (size_t at = 0; at < size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(token, good_token, size);
            token[at] = (char)(token[at] ^ (1 << bit));
            cr_assert_not(verifies(token, size), "bit %d of %zu", bit, at);
        }
        cr_assert_not(verifies(good_token, at), "cut at %zu", at);
    }
    static const char *const additions[] = {"=", "==", ".", ".AA", "A", "AA", " ", "\n"};
    for (size_t i = 0; i < COUNT(additions); i++) {
        memcpy(token, good_token, size);
        strcpy(token + size, additions[i]);
        cr_expect_not(verifies(token, strlen(token)), "with '%s'", additions[i]);
    }
}

/*
 * RFC 8032, section 5.1.7: S must be below the order of the group, or each signature would have a
 * second form.
 */
Test(paseto, a_signature_has_one_form)
{
    static const unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                            0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                            0,    0,    0,    0,    0,    0,    0,    0,
                                            0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned char key[32], signature[64];
    struct vault_paseto paseto;
    int carry = 0;
    from_hex(paseto_vectors[0].public_key, key, sizeof key);
    vault_paseto_parse(good_token, strlen(good_token), &paseto);
    memcpy(signature, paseto.signature, sizeof signature);
    for (size_t i = 0; i < 32; i++) {
        carry += signature[32 + i] + order[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    paseto.signature = signature;
    cr_expect_not(vault_paseto_verify(&paseto, VAULT_NO_BYTES, key));
}

Test(paseto, forms_are_told_apart)
{
    static const struct {
        const char *token;
        enum vault_paseto_form form;
    } cases[] = {
        {"", VAULT_PASETO_MALFORMED},
        {"v", VAULT_PASETO_MALFORMED},
        {"v4", VAULT_PASETO_MALFORMED},
        {"v4.public", VAULT_PASETO_MALFORMED},
        {"v4.public.", VAULT_PASETO_MALFORMED},
        {"v4.public.AAAA", VAULT_PASETO_MALFORMED},
        {"eyJhbGciOiJub25lIn0.e30.", VAULT_PASETO_MALFORMED},
        {"V4.public.AAAA", VAULT_PASETO_MALFORMED},
        {"v3.public.AAAA", VAULT_PASETO_UNSUPPORTED},
        {"v4.local.AAAA", VAULT_PASETO_UNSUPPORTED},
        {"v44.public.AAAA", VAULT_PASETO_UNSUPPORTED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct vault_paseto paseto;
        const enum vault_paseto_form form = vault_paseto_parse(cases[i].token,
                                                               strlen(cases[i].token), &paseto);
        cr_expect_eq(form, cases[i].form, "'%s' is %d, not %d", cases[i].token, form,
                     cases[i].form);
    }
}

Test(paseto, limits_hold)
{
    static char message[5000], token[VAULT_TOKEN_LIMIT + 1];
    unsigned char public_key[32], secret[64];
    size_t longest = 0;
    crypto_sign_keypair(public_key, secret);
    memset(message, 'x', sizeof message);
    for (size_t size = 2900; size < 3200; size++) {
        if (vault_paseto_sign((struct vault_bytes){message, size}, VAULT_NO_BYTES, VAULT_NO_BYTES,
                              secret, token))
            longest = strlen(token);
    }
    cr_expect_leq(longest, VAULT_TOKEN_LIMIT);
    cr_expect_geq(longest, VAULT_TOKEN_LIMIT - 3);
    cr_expect_not(vault_paseto_sign((struct vault_bytes){message, sizeof message}, VAULT_NO_BYTES,
                                    VAULT_NO_BYTES, secret, token));
    cr_expect_not(vault_paseto_sign(vault_bytes_of("{}"), VAULT_NO_BYTES,
                                    (struct vault_bytes){message, 513}, secret, token));
}
