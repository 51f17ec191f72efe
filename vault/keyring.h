// SPDX-License-Identifier: MIT
/*
 * The vault's public keys as gateways read them: a JSON file with each key's PASERK, state and
 * validity window, and the revoked tokens. A keyring is an immutable reading of that file; a source
 * reads the file again when it changes.
 */
#ifndef VAULT_KEYRING_H
#define VAULT_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/failure.h"

/* ---- A keyring: immutable, reference-counted, usable from any thread ---- */

struct vault_keyring;

/* Drops a reference and sets *keyring to NULL; it may be NULL. The last drop frees the keyring. */
void vault_keyring_release(struct vault_keyring **keyring);

/* ---- A source: the file, read again when it changes ---- */

struct vault_keyring_source;

enum vault_log_level { VAULT_LOG_WARNING, VAULT_LOG_INFO };

/*
 * `message` is one line without secrets. Called on the thread that looks at the file, with the
 * source locked: it must not call the source.
 */
typedef void (*vault_log_fn)(void *user, enum vault_log_level level, const char *message);

/* Fails if the file can't be read or parsed. Copies the path; `log` may be NULL. */
bool vault_keyring_source_open(const char *path, vault_log_fn log, void *user,
                               struct vault_keyring_source **ret_source,
                               struct vault_failure *failure);
void vault_keyring_source_close(struct vault_keyring_source **source);

/*
 * From now on a file that is missing is one that could not be read: the previous keyring does not
 * stay in use. Before other threads use the source.
 */
void vault_keyring_source_require_file(struct vault_keyring_source *source);

/*
 * The current keyring, with a reference that the caller releases. Any thread. Looks at the file if
 * the last look is older than 200 ms. If the changed file is missing or is not a keyring, the
 * previous keyring stays in use, and one warning is logged for each state of the file.
 *
 * NULL if the file could not be read, for want of memory, descriptors or permission or because a
 * device failed: it may hold a revocation. A warning is logged at once and every minute; every look
 * tries again.
 */
struct vault_keyring *vault_keyring_source_current(struct vault_keyring_source *source);

/* Whether the last look could not read the file: there is no keyring then. Never waits. */
bool vault_keyring_source_is_doubtful(const struct vault_keyring_source *source);

/* Whether a previous keyring stays in use: revocations do not arrive. Never waits. */
bool vault_keyring_source_is_outdated(const struct vault_keyring_source *source);

/* The states of a key, as the file names them. */
enum { VAULT_KEYRING_STATES = 3 };
extern const char *const vault_keyring_states[VAULT_KEYRING_STATES];

/* Of the keyring that was read last, and is one. */
struct vault_keyring_facts {
    int64_t age_ms; /* Since it was read. */
    size_t keys[VAULT_KEYRING_STATES];
};

/* Never waits; while a keyring is replaced, part of it may be of the former one. */
void vault_keyring_source_facts(const struct vault_keyring_source *source,
                                struct vault_keyring_facts *ret_facts);

/* Looks at the file now. Any thread. */
void vault_keyring_source_look(struct vault_keyring_source *source);

#endif
