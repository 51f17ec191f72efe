// SPDX-License-Identifier: MIT
/*
 * The content of a keyring: keys with their states and validity windows, and revoked tokens.
 * vault/README.md describes the file that it is read from.
 */
#ifndef VAULT_KEYRING_CONTENT_H
#define VAULT_KEYRING_CONTENT_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/keyring.h"
#include "vault/paserk.h"

/* X(constant, text in the file) */
#define VAULT_KEY_STATES(X) X(ACTIVE, "active") X(RETIRED, "retired") X(REVOKED, "revoked")

enum vault_key_state {
#define VAULT_KEY_STATE_CONSTANT(constant, text) VAULT_KEY_##constant,
    VAULT_KEY_STATES(VAULT_KEY_STATE_CONSTANT)
#undef VAULT_KEY_STATE_CONSTANT
};

struct vault_keyring_key {
    struct vault_public_key public_key;
    char id[VAULT_PASERK_ID_SIZE];
    enum vault_key_state state;
    /* The key is valid from the first until before the second. In Unix milliseconds. */
    int64_t not_before; /* INT64_MIN if open. */
    int64_t not_after;  /* INT64_MAX if open. */
};

struct vault_keyring {
    atomic_int references;
    struct vault_keyring_key *keys; /* In the order of their IDs. */
    size_t key_count;
    json_t *revoked_tokens; /* An object, used as a hash set: its names are the `jti`. */
};

/*
 * Parses the text of a keyring file. It fails on anything that it does not know: text that is not
 * JSON, an unknown member, an invalid key, two keys that are the same.
 */
bool vault_keyring_parse(const char *json, size_t size, struct vault_keyring **ret_keyring,
                         struct vault_failure *failure);

/* Reads and parses the file at `path`. */
bool vault_keyring_load(const char *path, struct vault_keyring **ret_keyring,
                        struct vault_failure *failure);

/* NULL if no key has this ID. */
const struct vault_keyring_key *vault_keyring_find(const struct vault_keyring *keyring,
                                                   const char *id, size_t size);

/* The active key; NULL if there is none or more than one. */
const struct vault_keyring_key *vault_keyring_single_active(const struct vault_keyring *keyring);

bool vault_keyring_revokes_token(const struct vault_keyring *keyring, const char *jti, size_t size);

#endif
