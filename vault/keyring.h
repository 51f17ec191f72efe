// SPDX-License-Identifier: MIT
/*
 * The vault's public keys, as gateways read them: a JSON file with each key's PASERK, its state and
 * window, and the revoked tokens. A keyring is one constant reading of that file; a source follows
 * the file as it changes.
 */
#ifndef VAULT_KEYRING_H
#define VAULT_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why something failed, for a person to act on: the cause and the cure. NUL-terminated. */
struct vault_failure {
    char message[512];
};

/* ---- A keyring: constant, counted, usable from any thread ---- */

struct vault_keyring;

/* Gives one reference back and sets *keyring to NULL; the last one frees it. NULL does nothing. */
void vault_keyring_release(struct vault_keyring **keyring);

/*
 * Another number for each reading of the file that a process took: what was checked under one says
 * nothing under another.
 */
uint64_t vault_keyring_generation(const struct vault_keyring *keyring);

/*
 * Parses the text of a keyring file. False with the reason: not JSON, an unknown member, a wrong
 * key, two alike, …
 */
bool vault_keyring_parse(const char *json, size_t size, struct vault_keyring **ret_keyring,
                         struct vault_failure *failure);

/* ---- A source: the file, read again when it changed ---- */

struct vault_keyring_source;

enum vault_log_level { VAULT_LOG_WARNING, VAULT_LOG_INFO };

/* Any thread may call it. One line, without secrets. */
typedef void (*vault_log_fn)(void *user, enum vault_log_level level, const char *message);

/*
 * Reads the file; false with the reason if it can't be read or does not parse. The path is copied.
 */
bool vault_keyring_source_open(const char *path, vault_log_fn log, void *user,
                               struct vault_keyring_source **ret_source,
                               struct vault_failure *failure);
void vault_keyring_source_close(struct vault_keyring_source **source);

/*
 * The keyring in force, with a reference for the caller. Any thread. Looks at the file at most
 * every 200 ms; where the file can't be read or does not parse, the former keyring stays in force
 * and the log says so, once for each such state.
 */
struct vault_keyring *vault_keyring_source_current(struct vault_keyring_source *source);

#endif
