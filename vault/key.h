// SPDX-License-Identifier: MIT
/* Ed25519 keys (RFC 8032), as bytes. */
#ifndef VAULT_KEY_H
#define VAULT_KEY_H

#define VAULT_PUBLIC_KEY_SIZE 32
#define VAULT_SECRET_KEY_SIZE 64 /* RFC 8032's seed, then the public key. */

struct vault_public_key {
    unsigned char bytes[VAULT_PUBLIC_KEY_SIZE];
};

#endif
