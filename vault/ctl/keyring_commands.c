// SPDX-License-Identifier: MIT
/* The commands list, retire, revoke and revoke-token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/bytes.h"
#include "vault/ctl/commands.h"
#include "vault/keyring_edit.h"
#include "vault/paserk.h"
#include "vault/tool/terminal.h"
#include "vault/utf8.h"

static const char *member(const json_t *entry, const char *name)
{
    const char *text = json_string_value(json_object_get(entry, name));
    return text == NULL ? "-" : text;
}

static void print_key(const json_t *entry)
{
    const char *paserk = member(entry, "paserk");
    struct vault_public_key key;
    char id[VAULT_PASERK_ID_SIZE];
    if (!vault_paserk_public_read(paserk, strlen(paserk), &key))
        return;
    vault_paserk_pid_write(&key, id);
    printf("%s  %-7s  %s  %s\n", id, member(entry, "state"), member(entry, "notBefore"),
           member(entry, "notAfter"));
}

enum exit_code run_list(const struct options *options)
{
    json_t *root = NULL, *entry;
    struct vault_failure failure;
    size_t index;
    if (!vault_keyring_read(options->keyring, &root, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    printf("%-51s  %-7s  %s  %s\n", "KID", "STATE", "NOT BEFORE", "NOT AFTER");
    json_array_foreach(json_object_get(root, "keys"), index, entry)
        print_key(entry);
    bool printed = true;
    json_array_foreach(json_object_get(root, "revokedTokens"), index, entry) {
        fputs("revoked token ", stdout);
        printed = terminal_print_json(entry, 0) && printed;
    }
    json_decref(root);
    return printed ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}

typedef bool change_fn(struct vault_keyring_edit *edit, const char *operand,
                       struct vault_failure *failure);

static enum exit_code change(const struct options *options, change_fn *apply)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    if (!vault_keyring_edit_begin(options->keyring, false, &edit, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const bool done = apply(&edit, options->operand, &failure) &&
                      vault_keyring_edit_commit(&edit, &failure);
    vault_keyring_edit_end(&edit);
    return done ? EXIT_DONE : report(EXIT_UNUSABLE, "%s", failure.message);
}

static bool set_state(struct vault_keyring_edit *edit, const char *id, const char *state,
                      struct vault_failure *failure)
{
    json_t *entry = vault_keyring_edit_find(edit, id);
    if (entry == NULL)
        return vault_fail(failure, "the keyring has no key '%.64s': see vaultctl list", id);
    if (strcmp(member(entry, "state"), "revoked") == 0 && strcmp(state, "revoked") != 0)
        return vault_fail(failure, "the key %s is revoked: that can't be undone", id);
    return json_object_set_new(entry, "state", json_string(state)) == 0 ||
           vault_fail_no_memory(failure);
}

static bool retire(struct vault_keyring_edit *edit, const char *id, struct vault_failure *failure)
{
    return set_state(edit, id, "retired", failure);
}

static bool revoke(struct vault_keyring_edit *edit, const char *id, struct vault_failure *failure)
{
    return set_state(edit, id, "revoked", failure);
}

static bool revokes(const json_t *tokens, struct vault_bytes jti)
{
    size_t index;
    json_t *token;
    json_array_foreach(tokens, index, token) {
        const struct vault_bytes found = {json_string_value(token), json_string_length(token)};
        if (vault_bytes_equal(found, jti))
            return true;
    }
    return false;
}

static bool revoke_token(struct vault_keyring_edit *edit, const char *jti,
                         struct vault_failure *failure)
{
    json_t *tokens = json_object_get(edit->root, "revokedTokens");
    if (!vault_utf8_is_valid(jti, strlen(jti)))
        return vault_fail(failure, "the JTI must be UTF-8");
    if (revokes(tokens, vault_bytes_of(jti)))
        return true;
    if (tokens == NULL) {
        tokens = json_array();
        if (json_object_set_new(edit->root, "revokedTokens", tokens) != 0)
            return vault_fail_no_memory(failure);
    }
    return json_array_append_new(tokens, json_string(jti)) == 0 || vault_fail_no_memory(failure);
}

enum exit_code run_retire(const struct options *options)
{
    return change(options, retire);
}

enum exit_code run_revoke(const struct options *options)
{
    return change(options, revoke);
}

enum exit_code run_revoke_token(const struct options *options)
{
    return change(options, revoke_token);
}
