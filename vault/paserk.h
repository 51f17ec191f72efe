// SPDX-License-Identifier: MIT
/*
 * PASERK, the text forms of PASETO's keys (https://github.com/paseto-standard/paserk), version 4:
 * k4.public, k4.secret, k4.secret-pw, k4.pid and k4.sid. Reading is strict: a key has exactly one
 * text. Any thread.
 */
#ifndef VAULT_PASERK_H
#define VAULT_PASERK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/key.h"
#include "vault/secret.h"

/* Sizes of the texts, with the NUL. */
#define VAULT_PASERK_PUBLIC_SIZE 54
#define VAULT_PASERK_SECRET_SIZE 97
#define VAULT_PASERK_ID_SIZE 52
#define VAULT_PASERK_WRAPPED_SIZE 217

void vault_paserk_public_write(const struct vault_public_key *key,
                               char ret_text[VAULT_PASERK_PUBLIC_SIZE]);
bool vault_paserk_public_read(const char *text, size_t size, struct vault_public_key *ret_key);

/* The ID of a public key, `k4.pid.…`. */
void vault_paserk_pid_write(const struct vault_public_key *key,
                            char ret_text[VAULT_PASERK_ID_SIZE]);

/*
 * `key` has VAULT_SECRET_KEY_SIZE bytes, here and below. The text is as secret as the key: the
 * caller wipes it.
 */
void vault_paserk_secret_write(const unsigned char *key, char ret_text[VAULT_PASERK_SECRET_SIZE]);

/* False also if the text's public key does not belong to its seed, or if memory ran out. */
bool vault_paserk_secret_read(const char *text, size_t size, struct vault_secret *ret_key);

/* The ID of a secret key, `k4.sid.…`. */
void vault_paserk_sid_write(const unsigned char *key, char ret_text[VAULT_PASERK_ID_SIZE]);

/* What Argon2id costs. It always runs in one lane. */
struct vault_password_cost {
    uint64_t memory; /* In bytes, whole KiB. */
    uint32_t passes;
};

/* VAULT_WRAP_DEFAULT_MEMORY_MIB and VAULT_WRAP_DEFAULT_PASSES. */
extern const struct vault_password_cost vault_password_cost_default;

enum vault_unwrap {
    VAULT_UNWRAPPED,
    VAULT_UNWRAP_MALFORMED,
    VAULT_UNWRAP_COST,     /* Needs more than VAULT_WRAP_…_LIMIT, or several lanes. */
    VAULT_UNWRAP_PASSWORD, /* The password is wrong, or the text was changed. */
    VAULT_UNWRAP_NO_MEMORY,
};

/*
 * Wraps a secret key with a password: `k4.secret-pw.…`. False if memory ran out or the cost
 * exceeds a limit.
 */
bool vault_paserk_wrap(const unsigned char *key, const struct vault_secret *password,
                       const struct vault_password_cost *cost,
                       char ret_text[VAULT_PASERK_WRAPPED_SIZE]);

enum vault_unwrap vault_paserk_unwrap(const char *text, size_t size,
                                      const struct vault_secret *password,
                                      struct vault_secret *ret_key);

#endif
