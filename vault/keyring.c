// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "vault/bytes.h"
#include "vault/file.h"
#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"
#include "vault/timestamp.h"

static const char *const state_names[] = {
#define STATE_NAME(constant, text) text,
    VAULT_KEY_STATES(STATE_NAME)
#undef STATE_NAME
};

/* Fails on a member outside the NULL-terminated list, so that a misspelt one is not ignored. */
static bool check_members(const json_t *object, const char *const known[],
                          struct vault_failure *failure)
{
    const char *name;
    size_t size;
    json_t *member;
    json_object_keylen_foreach((json_t *)(uintptr_t)object, name, size, member)
    {
        const struct vault_bytes found = {name, size};
        size_t i = 0;
        while (known[i] != NULL && !vault_bytes_equal(vault_bytes_of(known[i]), found))
            i++;
        if (known[i] == NULL)
            return vault_fail(failure, "the keyring has the unknown member '%.64s'", name);
    }
    return true;
}

static bool read_state(const json_t *entry, enum vault_key_state *ret_state,
                       struct vault_failure *failure)
{
    const json_t *state = json_object_get(entry, "state");
    const struct vault_bytes name = {json_string_value(state), json_string_length(state)};
    for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++) {
        if (vault_bytes_equal(name, vault_bytes_of(state_names[i]))) {
            *ret_state = (enum vault_key_state)i;
            return true;
        }
    }
    return vault_fail(failure, "the state of a key must be active, retired or revoked");
}

static bool read_time(const json_t *entry, const char *name, int64_t absent, int64_t *ret_ms,
                      struct vault_failure *failure)
{
    const json_t *member = json_object_get(entry, name);
    *ret_ms = absent;
    if (member == NULL ||
        (json_is_string(member) &&
         vault_timestamp_parse(json_string_value(member), json_string_length(member), ret_ms)))
        return true;
    return vault_fail(failure,
                      "%s of a key must be a timestamp such as 2030-01-02T03:04:05Z (RFC 3339)",
                      name);
}

static bool read_key(const json_t *entry, struct vault_keyring_key *key,
                     struct vault_failure *failure)
{
    static const char *const known[] = {"paserk", "state", "notBefore", "notAfter", NULL};
    const json_t *paserk = json_object_get(entry, "paserk");
    if (!json_is_object(entry))
        return vault_fail(failure, "a key of the keyring must be an object");
    if (!check_members(entry, known, failure))
        return false;
    if (!json_is_string(paserk) ||
        !vault_paserk_public_read(json_string_value(paserk), json_string_length(paserk),
                                  &key->public_key))
        return vault_fail(failure, "paserk of a key must be a public key, k4.public.…");
    vault_paserk_pid_write(&key->public_key, key->id);
    return read_state(entry, &key->state, failure) &&
           read_time(entry, "notBefore", INT64_MIN, &key->not_before, failure) &&
           read_time(entry, "notAfter", INT64_MAX, &key->not_after, failure);
}

static int compare_ids(const void *a, const void *b)
{
    const struct vault_keyring_key *first = a, *second = b;
    return strcmp(first->id, second->id);
}

static bool order_keys(struct vault_keyring *keyring, struct vault_failure *failure)
{
    struct vault_keyring_key *keys = keyring->keys;
    qsort(keys, keyring->key_count, sizeof *keys, compare_ids);
    for (size_t i = 1; i < keyring->key_count; i++) {
        if (compare_ids(&keys[i - 1], &keys[i]) == 0)
            return vault_fail(failure, "the keyring has the key %s twice", keys[i].id);
    }
    return true;
}

static bool read_keys(struct vault_keyring *keyring, const json_t *keys,
                      struct vault_failure *failure)
{
    if (!json_is_array(keys))
        return vault_fail(failure, "the keyring must have keys, a list");
    keyring->keys = calloc(json_array_size(keys) + 1, sizeof *keyring->keys);
    if (keyring->keys == NULL)
        return vault_fail_no_memory(failure);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        struct vault_keyring_key *key = &keyring->keys[i];
        if (!read_key(json_array_get(keys, i), key, failure))
            return false;
        keyring->key_count++;
    }
    return order_keys(keyring, failure);
}

static bool read_revoked_tokens(struct vault_keyring *keyring, const json_t *tokens,
                                struct vault_failure *failure)
{
    size_t index;
    json_t *token;
    keyring->revoked_tokens = json_object();
    if (keyring->revoked_tokens == NULL)
        return vault_fail_no_memory(failure);
    if (tokens != NULL && !json_is_array(tokens))
        return vault_fail(failure, "revokedTokens of the keyring must be a list");
    json_array_foreach(tokens, index, token) {
        if (!json_is_string(token))
            return vault_fail(failure, "revokedTokens of the keyring must hold strings");
        if (json_object_setn_new_nocheck(keyring->revoked_tokens, json_string_value(token),
                                         json_string_length(token), json_true()) != 0)
            return vault_fail_no_memory(failure);
    }
    return true;
}

static bool read_keyring(struct vault_keyring *keyring, const json_t *root,
                         struct vault_failure *failure)
{
    static const char *const known[] = {"version", "keys", "revokedTokens", NULL};
    const json_t *version = json_object_get(root, "version");
    if (!json_is_object(root))
        return vault_fail(failure, "the keyring must be a JSON object");
    if (!json_is_integer(version) || json_integer_value(version) != 1)
        return vault_fail(
            failure, "the keyring must have \"version\": 1: this release reads no other version");
    return check_members(root, known, failure) &&
           read_keys(keyring, json_object_get(root, "keys"), failure) &&
           read_revoked_tokens(keyring, json_object_get(root, "revokedTokens"), failure);
}

static bool parse(const char *json, size_t size, json_t **ret_root, struct vault_failure *failure)
{
    struct vault_json_error error;
    switch (
        vault_json_read((struct vault_bytes){json, size}, VAULT_JSON_STRICT, ret_root, &error)) {
    case VAULT_JSON_OK:
        return true;
    case VAULT_JSON_MALFORMED:
        return vault_fail(failure, "the keyring is not valid JSON: %s (line %d, column %d)",
                          error.reason, error.line, error.column);
    case VAULT_JSON_NO_MEMORY:
        break;
    }
    return vault_fail_no_memory(failure);
}

bool vault_keyring_parse(const char *json, size_t size, struct vault_keyring **ret_keyring,
                         struct vault_failure *failure)
{
    json_t *root = NULL;
    if (!parse(json, size, &root, failure))
        return false;
    struct vault_keyring *keyring = calloc(1, sizeof *keyring);
    const bool read = keyring == NULL ? vault_fail_no_memory(failure)
                                      : read_keyring(keyring, root, failure);
    json_decref(root);
    if (keyring != NULL)
        atomic_init(&keyring->references, 1);
    if (read)
        *ret_keyring = keyring;
    else
        vault_keyring_release(&keyring);
    return read;
}

bool vault_keyring_load(const char *path, struct vault_keyring **ret_keyring,
                        struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    struct vault_failure why;
    if (!vault_file_read(path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    const bool parsed = vault_keyring_parse(text, size, ret_keyring, &why);
    free(text);
    return parsed || vault_fail_at(failure, path, &why);
}

void vault_keyring_release(struct vault_keyring **keyring)
{
    struct vault_keyring *released = *keyring;
    *keyring = NULL;
    if (released == NULL || atomic_fetch_sub(&released->references, 1) > 1)
        return;
    json_decref(released->revoked_tokens);
    free(released->keys);
    free(released);
}

const struct vault_keyring_key *vault_keyring_find(const struct vault_keyring *keyring,
                                                   const char *id, size_t size)
{
    struct vault_keyring_key wanted;
    if (size != sizeof wanted.id - 1 || memchr(id, '\0', size) != NULL)
        return NULL;
    memcpy(wanted.id, id, size);
    wanted.id[size] = '\0';
    return bsearch(&wanted, keyring->keys, keyring->key_count, sizeof wanted, compare_ids);
}

const struct vault_keyring_key *vault_keyring_single_active(const struct vault_keyring *keyring)
{
    const struct vault_keyring_key *found = NULL;
    for (size_t i = 0; i < keyring->key_count; i++) {
        if (keyring->keys[i].state != VAULT_KEY_ACTIVE)
            continue;
        if (found != NULL)
            return NULL;
        found = &keyring->keys[i];
    }
    return found;
}

bool vault_keyring_revokes_token(const struct vault_keyring *keyring, const char *jti, size_t size)
{
    return json_object_getn(keyring->revoked_tokens, jti, size) != NULL;
}
