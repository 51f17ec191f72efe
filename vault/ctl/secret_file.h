// SPDX-License-Identifier: MIT
/* The file of a secret key: one line, `k4.secret-pw.…`, mode 0600. */
#ifndef VAULT_CTL_SECRET_FILE_H
#define VAULT_CTL_SECRET_FILE_H

#include "vault/keyring_edit.h"
#include "vault/paserk.h"

/* A file that is there already is kept under its name with `.before-` and the ID of the new key. */
bool secret_file_write(const char *path, const unsigned char *key, const char *id,
                       const struct vault_secret *passphrase, struct vault_failure *failure);

/* Asks for the passphrase. */
bool secret_file_read(const char *path, struct vault_secret *ret_key,
                      struct vault_failure *failure);

struct vault_public_key secret_key_public(const unsigned char *key);

#endif
