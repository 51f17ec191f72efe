// SPDX-License-Identifier: MIT
/*
 * PASERK, the text forms of PASETO's keys, version 4: https://github.com/paseto-standard/paserk,
 * k4.public, k4.secret, k4.secret-pw, k4.pid and k4.sid. Any thread. Texts are read strictly: one
 * key has one text.
 */
#ifndef VAULT_PASERK_H
#define VAULT_PASERK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/secret.h"

#define VAULT_PUBLIC_KEY_SIZE 32
#define VAULT_SECRET_KEY_SIZE 64 /* RFC 8032's seed and the public key. */

/* Bytes of the texts, with the NUL. */
#define VAULT_PASERK_PUBLIC_SIZE 54
#define VAULT_PASERK_SECRET_SIZE 97
#define VAULT_PASERK_ID_SIZE 52
#define VAULT_PASERK_WRAPPED_SIZE 217

struct vault_public_key {
    unsigned char bytes[VAULT_PUBLIC_KEY_SIZE];
};

void vault_paserk_public_write(const struct vault_public_key *key,
                               char ret_text[VAULT_PASERK_PUBLIC_SIZE]);
bool vault_paserk_public_read(const char *text, size_t size, struct vault_public_key *ret_key);

/* The ID of a public key, `k4.pid.…`. */
void vault_paserk_pid_write(const struct vault_public_key *key,
                            char ret_text[VAULT_PASERK_ID_SIZE]);

/*
 * The texts of secret keys are secrets as well: wipe them. `key` holds VAULT_SECRET_KEY_SIZE bytes.
 */
void vault_paserk_secret_write(const unsigned char *key, char ret_text[VAULT_PASERK_SECRET_SIZE]);

/* False also where the public key in it is not the seed's, or memory ran out. */
bool vault_paserk_secret_read(const char *text, size_t size, struct vault_secret *ret_key);

/* The ID of a secret key, `k4.sid.…`. */
void vault_paserk_sid_write(const unsigned char *key, char ret_text[VAULT_PASERK_ID_SIZE]);

/* What Argon2id costs: memory in bytes (whole KiB), passes. One lane. */
struct vault_password_cost {
    uint64_t memory;
    uint32_t passes;
};

/* What new keys are wrapped with: 64 MiB and 3 passes. */
extern const struct vault_password_cost vault_password_cost_default;

enum vault_unwrap {
    VAULT_UNWRAPPED,
    VAULT_UNWRAP_MALFORMED,
    /* It asks for more than 1 GiB or 32 passes, or for other than one lane. */
    VAULT_UNWRAP_COST,
    VAULT_UNWRAP_PASSWORD, /* The password is another one, or the text was changed. */
    VAULT_UNWRAP_NO_MEMORY,
};

/*
 * Wraps a secret key with a password: `k4.secret-pw.…`. False if memory ran out or the cost is out
 * of bounds.
 */
bool vault_paserk_wrap(const unsigned char *key, const struct vault_secret *password,
                       const struct vault_password_cost *cost,
                       char ret_text[VAULT_PASERK_WRAPPED_SIZE]);

enum vault_unwrap vault_paserk_unwrap(const char *text, size_t size,
                                      const struct vault_secret *password,
                                      struct vault_secret *ret_key);

#endif
