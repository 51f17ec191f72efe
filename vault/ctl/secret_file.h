// SPDX-License-Identifier: MIT
/* The file of a secret key: one line, `k4.secret-pw.…`, mode 0600. */
#ifndef VAULT_CTL_SECRET_FILE_H
#define VAULT_CTL_SECRET_FILE_H

#include "vault/failure.h"
#include "vault/key.h"
#include "vault/paserk.h"
#include "vault/secret.h"

/* A secret key as its file has it: wrapped, with a line break and a NUL. */
struct wrapped_key {
    char text[VAULT_PASERK_WRAPPED_SIZE + 1];
};

/* Takes a while, by design: no lock should be held. `key` has VAULT_SECRET_KEY_SIZE bytes. */
bool secret_file_wrap(const unsigned char *key, const struct vault_secret *passphrase,
                      struct wrapped_key *ret_wrapped, struct vault_failure *failure);

/*
 * Follows symbolic links, and keeps a file that exists under its name with `.before-` and `id`, the
 * new key's, appended; the new one has the same owner.
 */
bool secret_file_write(const char *path, const struct wrapped_key *wrapped, const char *id,
                       struct vault_failure *failure);

/* Reads the passphrase as passphrase_read does. */
bool secret_file_read(const char *path, struct vault_secret *ret_key,
                      struct vault_failure *failure);

/*
 * Replaces the file by one with the same key under another passphrase; both are read as
 * passphrase_read does. Follows symbolic links; the new file has mode 0600 and the same owner.
 */
bool secret_file_rewrap(const char *path, struct vault_public_key *ret_key,
                        struct vault_failure *failure);

/* The public key that a secret key of VAULT_SECRET_KEY_SIZE bytes ends with. */
struct vault_public_key secret_key_public(const unsigned char *key);

#endif
