// SPDX-License-Identifier: MIT
/* A key pair, keyrings that hold its public key, and tokens signed with it. */
#ifndef SIGNER_H
#define SIGNER_H

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#include "vault/credential_ref.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"

#define SIGNER_NOW 1800000000000 /* 2027-01-15T08:00:00Z */

struct signer {
    unsigned char secret[VAULT_SECRET_KEY_SIZE];
    struct vault_public_key key;
    char paserk[VAULT_PASERK_PUBLIC_SIZE];
    char id[VAULT_PASERK_ID_SIZE];
};

static inline struct signer signer_make(void)
{
    struct signer signer;
    cr_assert_geq(sodium_init(), 0);
    crypto_sign_keypair(signer.key.bytes, signer.secret);
    vault_paserk_public_write(&signer.key, signer.paserk);
    vault_paserk_pid_write(&signer.key, signer.id);
    return signer;
}

/* The next call overwrites the result. A NULL footer stands for one with the key's ID. */
static inline const char *signer_token(const struct signer *signer, const char *claims,
                                       const char *footer)
{
    static char token[VAULT_TOKEN_LIMIT + 1];
    char own_footer[96];
    snprintf(own_footer, sizeof own_footer, "{\"kid\":\"%s\"}", signer->id);
    cr_assert(vault_paseto_sign(vault_bytes_of(claims),
                                vault_bytes_of(footer == NULL ? own_footer : footer),
                                VAULT_NO_BYTES, signer->secret, token));
    return token;
}

/* Parses text that must be a keyring. */
static inline struct vault_keyring *keyring_of(const char *text)
{
    struct vault_keyring *keyring = NULL;
    struct vault_failure failure;
    cr_assert(vault_keyring_parse(text, strlen(text), &keyring, &failure), "%s", failure.message);
    return keyring;
}

/* `more` holds further members of the key's entry, after a comma, or is "". `revoked` is a list. */
static inline struct vault_keyring *signer_keyring(const struct signer *signer, const char *state,
                                                   const char *more, const char *revoked)
{
    char text[1024];
    snprintf(
        text, sizeof text,
        "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"%s\"%s}],\"revokedTokens\":%s}",
        signer->paserk, state, more, revoked);
    return keyring_of(text);
}

static inline enum vault_token_status check_at(const struct vault_keyring *keyring,
                                               const char *token, int64_t now)
{
    const struct vault_policy policy = {.organization_id = "acme",
                                        .organization_id_size = 4,
                                        .leeway_seconds = 60,
                                        .now = now};
    return vault_credential_ref_check(keyring, NULL, token, strlen(token), &policy);
}

#define expect_status(found, expected, ...)                                                 \
    do {                                                                                    \
        const enum vault_token_status found_now = (found);                                  \
        cr_expect_eq(found_now, expected, "%s, not %s", vault_token_status_name(found_now), \
                     vault_token_status_name(expected));                                    \
    } while (0)

#endif
