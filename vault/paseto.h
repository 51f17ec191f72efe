// SPDX-License-Identifier: MIT
/*
 * PASETO v4.public: Ed25519 over the pre-authentication encoding (PAE) of header, message, footer
 * and implicit assertion. https://github.com/paseto-standard/paseto-spec, Version4.md and
 * Common.md. Nothing here allocates; any thread.
 */
#ifndef VAULT_PASETO_H
#define VAULT_PASETO_H

#include <stdbool.h>
#include <stddef.h>

#include "vault/bytes.h"

#define VAULT_PASETO_TOKEN_LIMIT 4096   /* Bytes of a whole token. */
#define VAULT_PASETO_IMPLICIT_LIMIT 512 /* Bytes of an implicit assertion. */
#define VAULT_PASETO_SIGNATURE_SIZE 64
#define VAULT_PASETO_PUBLIC_KEY_SIZE 32
#define VAULT_PASETO_SECRET_KEY_SIZE 64 /* RFC 8032's seed and the public key. */

enum vault_paseto_form {
    VAULT_PASETO_GOOD,
    VAULT_PASETO_MALFORMED,
    VAULT_PASETO_UNSUPPORTED, /* A PASETO by its header, but not v4.public. */
};

/*
 * A token taken apart. Nothing of it is verified yet. The parts point into `storage`: don't copy
 * the struct.
 */
struct vault_paseto {
    struct vault_bytes message;
    struct vault_bytes footer; /* Empty: the token has none. */
    const unsigned char *signature;
    unsigned char storage[VAULT_PASETO_TOKEN_LIMIT];
};

/* Strict base64url throughout; a footer part that is there but empty is malformed. */
enum vault_paseto_form vault_paseto_parse(const char *token, size_t size,
                                          struct vault_paseto *ret_paseto);

/*
 * True if the signature is that of the key's owner. An implicit assertion over its limit never is.
 */
bool vault_paseto_verify(const struct vault_paseto *paseto, struct vault_bytes implicit,
                         const unsigned char public_key[VAULT_PASETO_PUBLIC_KEY_SIZE]);

/*
 * Writes a NUL-terminated token. False if the token or the implicit assertion would exceed its
 * limit.
 */
bool vault_paseto_sign(struct vault_bytes message, struct vault_bytes footer,
                       struct vault_bytes implicit,
                       const unsigned char secret_key[VAULT_PASETO_SECRET_KEY_SIZE],
                       char ret_token[VAULT_PASETO_TOKEN_LIMIT + 1]);

#endif
