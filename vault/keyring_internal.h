// SPDX-License-Identifier: MIT
/*
 * What is inside a keyring. Its file, in JSON:
 *
 *     {
 *       "version": 1,
 *       "keys": [
 *         {
 *           "paserk": "k4.public.…",
 *           "state": "active",                       or "retired", "revoked"
 *           "notBefore": "2026-01-01T00:00:00Z",     optional: its window, each end
 *           "notAfter": "2027-01-01T00:00:00Z"
 *         }
 *       ],
 *       "revokedTokens": ["…"]                       values of the claim `jti`
 *     }
 */
#ifndef VAULT_KEYRING_INTERNAL_H
#define VAULT_KEYRING_INTERNAL_H

#include <jansson.h>
#include <stdatomic.h>

#include "vault/keyring.h"
#include "vault/paserk.h"

#define VAULT_KEYRING_SIZE_LIMIT (16u << 20) /* Bytes of the file. */

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
    int64_t not_before; /* Unix time in milliseconds; INT64_MIN, INT64_MAX: open. */
    int64_t not_after;
};

struct vault_keyring {
    atomic_int references;
    uint64_t generation;
    struct vault_keyring_key *keys;
    size_t key_count;
    json_t *revoked_tokens; /* An object, for its hash: the names are the `jti`. */
};

/* NULL: there is none with this ID. */
const struct vault_keyring_key *vault_keyring_find(const struct vault_keyring *keyring,
                                                   const char *id, size_t size);

/* The one active key, or NULL where there is none, or more than one. */
const struct vault_keyring_key *vault_keyring_single_active(const struct vault_keyring *keyring);

bool vault_keyring_revokes_token(const struct vault_keyring *keyring, const char *jti, size_t size);

/* Writes the reason, and returns false. */
__attribute__((format(printf, 2, 3))) bool vault_fail(struct vault_failure *failure,
                                                      const char *format, ...);

/* Reads a whole file; *ret_text is freed by the caller. */
bool vault_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_size,
                     struct vault_failure *failure);

#endif
