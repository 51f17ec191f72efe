// SPDX-License-Identifier: MIT
/*
 * What vaultctl notes about keys and revoked tokens: dates and reasons, in a file beside the
 * keyring, which holds nothing but what gateways need. The notes are for people: nothing is decided
 * by them. vault/README.md describes the file. The caller holds the keyring's lock to change it.
 */
#ifndef VAULT_CTL_NOTES_H
#define VAULT_CTL_NOTES_H

#include <jansson.h>

#include "vault/file.h"

/* What the name of the file ends with, after the keyring's. */
#define NOTES_SUFFIX ".notes"

/* The longest reason, in bytes. */
#define REASON_LIMIT 512

/* Why the text can't be a reason, for the end of "--reason …"; NULL if it can. */
const char *reason_mistake(const char *reason);

/* Empty notes; NULL if memory ran out. */
json_t *notes_make(void);

/* Notes about the keyring whose real path is `keyring`; empty ones if the file is missing. */
bool notes_read(const char *keyring, json_t **ret_notes, struct vault_failure *failure);
bool notes_write(const char *keyring, const json_t *notes, const struct vault_file_access *access,
                 struct vault_failure *failure);

/* The note, borrowed; NULL if there is none. `notes` may be NULL. */
json_t *notes_of_key(const json_t *notes, const char *id);
json_t *notes_of_token(const json_t *notes, const json_t *jti);

/*
 * Notes that the key came into `state` now, or that a token is revoked now (not if `already`), and
 * the reason unless it is NULL. False if memory ran out.
 */
bool notes_add_key(json_t *notes, const char *id, const char *state, bool already,
                   const char *reason);
bool notes_add_token(json_t *notes, const json_t *revocable, bool already, const char *reason);

void notes_remove_token(json_t *notes, const json_t *jti);

#endif
