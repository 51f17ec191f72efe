// SPDX-License-Identifier: MIT
/*
 * PASETO v4.public: Ed25519 over the pre-authentication encoding (PAE) of header, message, footer
 * and implicit assertion (https://github.com/paseto-standard/paseto-spec, Version4.md and
 * Common.md). Nothing here allocates; any thread may call it.
 */
#ifndef VAULT_PASETO_H
#define VAULT_PASETO_H

#include <stdbool.h>
#include <stddef.h>

#include "vault/bytes.h"
#include "vault/key.h"
#include "vault/limit.h"

#define VAULT_PASETO_SIGNATURE_SIZE 64

enum vault_paseto_form {
    VAULT_PASETO_GOOD,
    VAULT_PASETO_MALFORMED,
    VAULT_PASETO_UNSUPPORTED, /* Has the header of a PASETO of another version or purpose. */
};

/*
 * A parsed token, not verified yet. The parts point into `storage`, so the struct must not be
 * copied.
 */
struct vault_paseto {
    struct vault_bytes message;
    struct vault_bytes footer; /* Empty if the token has none. */
    const unsigned char *signature;
    unsigned char storage[VAULT_TOKEN_LIMIT];
};

/* All parts must be strict base64url. A dot without a footer after it is malformed. */
enum vault_paseto_form vault_paseto_parse(const char *token, size_t size,
                                          struct vault_paseto *ret_paseto);

/* True if the key made the signature. False if the implicit assertion exceeds its limit. */
bool vault_paseto_verify(const struct vault_paseto *paseto, struct vault_bytes implicit,
                         const unsigned char public_key[VAULT_PUBLIC_KEY_SIZE]);

/*
 * Writes a NUL-terminated token. False if the token or the implicit assertion would exceed its
 * limit.
 */
bool vault_paseto_sign(struct vault_bytes message, struct vault_bytes footer,
                       struct vault_bytes implicit,
                       const unsigned char secret_key[VAULT_SECRET_KEY_SIZE],
                       char ret_token[VAULT_TOKEN_LIMIT + 1]);

#endif
