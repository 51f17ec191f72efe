// SPDX-License-Identifier: MIT
/*
 * The vault's limits, in one place. Sizes are in bytes unless a name says otherwise. Messages that
 * name a limit are built from it with VAULT_LIMIT_TEXT, so each must be a plain decimal number.
 */
#ifndef VAULT_LIMIT_H
#define VAULT_LIMIT_H

#define VAULT_TOKEN_LIMIT 4096   /* A whole token. */
#define VAULT_FOOTER_LIMIT 256   /* A token's footer, decoded. */
#define VAULT_SUBJECT_LIMIT 512  /* The claim `sub`; the least is 1. */
#define VAULT_IMPLICIT_LIMIT 512 /* An implicit assertion; a credentialRef has none. */

#define VAULT_KEYRING_LIMIT 16777216 /* A keyring file: 16 MiB. */
#define VAULT_SECRET_FILE_LIMIT 4096
#define VAULT_PASSPHRASE_LIMIT 1023

/* What Argon2id may cost when a key is wrapped or unwrapped, and what a new key costs. */
#define VAULT_WRAP_MEMORY_LIMIT_MIB 1024
#define VAULT_WRAP_PASSES_LIMIT 32
#define VAULT_WRAP_DEFAULT_MEMORY_MIB 64
#define VAULT_WRAP_DEFAULT_PASSES 3

/* The number as text: VAULT_LIMIT_TEXT(VAULT_TOKEN_LIMIT) is "4096". */
#define VAULT_LIMIT_TEXT(limit) VAULT_LIMIT_TEXT_UNEXPANDED(limit)
#define VAULT_LIMIT_TEXT_UNEXPANDED(limit) #limit
#define VAULT_TOKEN_LIMIT_TEXT VAULT_LIMIT_TEXT(VAULT_TOKEN_LIMIT)

#endif
