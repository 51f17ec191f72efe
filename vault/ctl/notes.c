// SPDX-License-Identifier: MIT
#include "vault/ctl/notes.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault/json_reader.h"
#include "vault/limit.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"
#include "vault/utf8.h"

const char *reason_mistake(const char *reason)
{
    if (*reason == '\0')
        return "is empty";
    if (strlen(reason) > REASON_LIMIT)
        return "is longer than " VAULT_LIMIT_TEXT(REASON_LIMIT) " bytes";
    return vault_utf8_is_valid(reason, strlen(reason)) ? NULL : "is not UTF-8";
}

/* ---- The file ---- */

static bool path_of(const char *keyring, char path[PATH_MAX], struct vault_failure *failure)
{
    return snprintf(path, PATH_MAX, "%s" NOTES_SUFFIX, keyring) < PATH_MAX ||
           vault_fail(failure, "the path '%.200s…' is too long", keyring);
}

static bool are_notes(const json_t *root)
{
    return json_integer_value(json_object_get(root, "version")) == 1 &&
           json_is_object(json_object_get(root, "keys")) &&
           json_is_object(json_object_get(root, "tokens"));
}

static bool parse(const char *path, struct vault_bytes text, json_t **ret_notes,
                  struct vault_failure *failure)
{
    json_t *root = NULL;
    if (vault_json_read(text, VAULT_JSON_STRICT, &root, NULL) == VAULT_JSON_NO_MEMORY)
        return vault_fail_no_memory(failure);
    if (are_notes(root)) {
        *ret_notes = root;
        return true;
    }
    json_decref(root);
    return vault_fail(failure, "'%.300s' holds no notes of vaultctl: move it away", path);
}

json_t *notes_make(void)
{
    return json_pack("{s:i, s:{}, s:{}}", "version", 1, "keys", "tokens");
}

bool notes_read(const char *keyring, json_t **ret_notes, struct vault_failure *failure)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    if (!path_of(keyring, path, failure))
        return false;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        *ret_notes = notes_make();
        return *ret_notes != NULL || vault_fail_no_memory(failure);
    }
    if (!vault_file_read(path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    const bool parsed = parse(path, (struct vault_bytes){text, size}, ret_notes, failure);
    free(text);
    return parsed;
}

bool notes_write(const char *keyring, const json_t *notes, const struct vault_file_access *access,
                 struct vault_failure *failure)
{
    char path[PATH_MAX];
    if (!path_of(keyring, path, failure))
        return false;
    char *text = json_dumps(notes, JSON_INDENT(2));
    const bool written = text == NULL ? vault_fail_no_memory(failure)
                                      : vault_file_write(path, text, strlen(text), access, failure);
    free(text);
    return written;
}

/* ---- A note ---- */

json_t *notes_of_key(const json_t *notes, const char *id)
{
    return json_object_get(json_object_get(notes, "keys"), id);
}

json_t *notes_of_token(const json_t *notes, const json_t *jti)
{
    return json_object_getn(json_object_get(notes, "tokens"), json_string_value(jti),
                            json_string_length(jti));
}

/* The note with this name, borrowed, made if it is missing. NULL if memory ran out. */
static json_t *note_named(json_t *all, const char *name, size_t size)
{
    json_t *note = json_object_getn(all, name, size);
    if (json_is_object(note))
        return note;
    note = json_object();
    return json_object_setn_new_nocheck(all, name, size, note) == 0 ? note : NULL;
}

static bool add(json_t *note, const char *state, bool already, const char *reason)
{
    char now[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(clock_now(), now);
    return note != NULL && (already || json_object_set_new(note, state, json_string(now)) == 0) &&
           (reason == NULL || json_object_set_new(note, "reason", json_string(reason)) == 0);
}

bool notes_add_key(json_t *notes, const char *id, const char *state, bool already,
                   const char *reason)
{
    return add(note_named(json_object_get(notes, "keys"), id, strlen(id)), state, already, reason);
}

bool notes_add_token(json_t *notes, const json_t *revocable, bool already, const char *reason)
{
    static const char *const members[] = {"kid", "sub", "aud", "exp"};
    const json_t *jti = json_object_get(revocable, "jti");
    json_t *note = note_named(json_object_get(notes, "tokens"), json_string_value(jti),
                              json_string_length(jti));
    bool added = add(note, "revoked", already, reason);
    for (size_t i = 0; added && i < sizeof members / sizeof *members; i++) {
        json_t *member = json_object_get(revocable, members[i]);
        added = member == NULL || json_object_set(note, members[i], member) == 0;
    }
    return added;
}

void notes_remove_token(json_t *notes, const json_t *jti)
{
    json_object_deln(json_object_get(notes, "tokens"), json_string_value(jti),
                     json_string_length(jti));
}
