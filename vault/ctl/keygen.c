// SPDX-License-Identifier: MIT
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vault/ctl/confirm.h"
#include "vault/ctl/keyring_change.h"
#include "vault/ctl/notes.h"
#include "vault/ctl/passphrase.h"
#include "vault/ctl/secret_file.h"
#include "vault/paserk.h"
#include "vault/real_path.h"
#include "vault/tool/terminal.h"

/* ---- What is retired ---- */

/* The IDs of the active keys. NULL if memory ran out. */
static json_t *active_keys(const json_t *root)
{
    json_t *active = json_array(), *entry;
    size_t index;
    json_array_foreach(json_object_get(root, "keys"), index, entry) {
        struct vault_public_key key;
        char id[VAULT_PASERK_ID_SIZE];
        const json_t *paserk = json_object_get(entry, "paserk");
        if (strcmp(json_string_value(json_object_get(entry, "state")), "active") != 0)
            continue;
        /* The keyring was checked: a failure is one of memory. */
        if (vault_paserk_public_read(json_string_value(paserk), json_string_length(paserk), &key)) {
            vault_paserk_pid_write(&key, id);
            if (json_array_append_new(active, json_string(id)) == 0)
                continue;
        }
        json_decref(active);
        return NULL;
    }
    return active;
}

/* The active keys of the keyring, none if it does not exist. */
static bool read_active(const char *keyring, json_t **ret_active, struct vault_failure *failure)
{
    json_t *root = NULL;
    if (access(keyring, F_OK) == 0 && !vault_keyring_read(keyring, &root, failure))
        return false;
    *ret_active = active_keys(root);
    json_decref(root);
    return *ret_active != NULL || vault_fail_no_memory(failure);
}

static enum exit_code may_retire(const struct options *options, const json_t *active)
{
    size_t index;
    json_t *id;
    if (json_array_size(active) == 0)
        return EXIT_DONE;
    json_array_foreach(active, index, id)
        report(EXIT_DONE, "this retires the active key %s: its tokens stay valid",
               json_string_value(id));
    if (options->yes != NULL)
        return EXIT_DONE;
    switch (confirm("Make a new key, and retire the active one?")) {
    case CONFIRMED:
        return EXIT_DONE;
    case DECLINED:
        return report(EXIT_USAGE, "nothing was changed");
    case NOBODY_TO_ASK:
        break;
    }
    return report(EXIT_USAGE, "nothing was changed: there is no terminal to ask: give --yes");
}

/* ---- Files ---- */

/* Whether `name` is `path`, or the name of a file that is made to change it. */
static bool is_taken_by(const char *name, const char *path)
{
    static const char *const ours[] = {"", VAULT_FILE_LOCK, VAULT_FILE_NEW, NOTES_SUFFIX,
                                       NOTES_SUFFIX VAULT_FILE_NEW};
    const size_t size = strlen(path);
    if (strncmp(name, path, size) != 0)
        return false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name + size, ours[i]) == 0)
            return true;
    return false;
}

/* Each file would be replaced by the other, or its lock waited for without end. */
static bool are_apart(const char *keyring, const char *secret, struct vault_failure *failure)
{
    char real_keyring[PATH_MAX], real_secret[PATH_MAX];
    if (!vault_real_path(keyring, true, real_keyring, failure) ||
        !vault_real_path(secret, true, real_secret, failure))
        return false;
    if (!is_taken_by(real_secret, real_keyring) && !is_taken_by(real_keyring, real_secret))
        return true;
    return vault_fail(failure,
                      "'%.200s' is the keyring, or a file that is used to change it: give the "
                      "secret key a file of its own",
                      secret);
}

/* ---- The key ---- */

struct new_key {
    const struct options *options;
    json_t *retired; /* What the operator was told. */
    struct vault_public_key public_key;
    char id[VAULT_PASERK_ID_SIZE];
    struct wrapped_key wrapped;
};

/* Asks for the passphrase, so without a lock: the answer may take long, or be Ctrl-C. */
static bool make_key(struct new_key *key, struct vault_failure *failure)
{
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    vault_secret_auto secret = VAULT_NO_SECRET;
    if (!passphrase_read(PASSPHRASE_OF_NEW_KEY, &passphrase, failure))
        return false;
    if (!vault_secret_init(VAULT_SECRET_KEY_SIZE, &secret))
        return vault_fail_no_memory(failure);
    crypto_sign_keypair(key->public_key.bytes, secret.bytes);
    vault_paserk_pid_write(&key->public_key, key->id);
    return secret_file_wrap(secret.bytes, &passphrase, &key->wrapped, failure);
}

static bool add_key(json_t *root, const struct new_key *key)
{
    char paserk[VAULT_PASERK_PUBLIC_SIZE];
    vault_paserk_public_write(&key->public_key, paserk);
    return json_array_append_new(json_object_get(root, "keys"),
                                 json_pack("{s:s, s:s}", "paserk", paserk, "state", "active")) == 0;
}

static bool retire(struct vault_keyring_edit *edit, json_t *notes, const json_t *retired)
{
    size_t index;
    json_t *id;
    json_array_foreach(retired, index, id) {
        json_t *entry = vault_keyring_edit_find(edit, json_string_value(id));
        if (json_object_set_new(entry, "state", json_string("retired")) != 0 ||
            !notes_add_key(notes, json_string_value(id), "retired", false, NULL))
            return false;
    }
    return true;
}

/* Writes the secret first, so that the keyring never has an active key without a secret. */
static bool store(struct vault_keyring_edit *edit, json_t *notes, void *context,
                  struct vault_failure *failure)
{
    const struct new_key *key = context;
    json_t *active = active_keys(edit->root);
    const bool same = json_equal(active, key->retired);
    json_decref(active);
    if (!same)
        return vault_fail(failure, "'%.200s' was changed by another program meanwhile: try again",
                          edit->path);
    return secret_file_write(key->options->secret, &key->wrapped, key->id, failure) &&
           ((retire(edit, notes, key->retired) && add_key(edit->root, key) &&
             notes_add_key(notes, key->id, "created", false, NULL)) ||
            vault_fail_no_memory(failure));
}

static bool print_key(const struct new_key *key)
{
    if (key->options->json == NULL)
        return puts(key->id) >= 0;
    return terminal_print_document(json_pack("{s:s, s:s, s:s, s:O}", "kid", key->id, "keyring",
                                             key->options->keyring, "secret", key->options->secret,
                                             "retired", key->retired));
}

static enum exit_code generate(struct new_key *key)
{
    struct vault_failure failure;
    enum exit_code code = may_retire(key->options, key->retired);
    if (code == EXIT_DONE && !make_key(key, &failure))
        code = report(EXIT_UNUSABLE, "%s", failure.message);
    if (code == EXIT_DONE)
        code = keyring_change(key->options, true, store, key);
    if (code == EXIT_DONE && !print_key(key))
        code = report(EXIT_UNUSABLE, "made the key %s, but out of memory to say so", key->id);
    return code;
}

enum exit_code run_keygen(const struct options *options)
{
    struct vault_failure failure;
    struct new_key key = {.options = options};
    if (!are_apart(options->keyring, options->secret, &failure) ||
        !read_active(options->keyring, &key.retired, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const enum exit_code code = generate(&key);
    json_decref(key.retired);
    return code;
}
