// SPDX-License-Identifier: MIT
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vault/ctl/commands.h"
#include "vault/ctl/passphrase.h"
#include "vault/ctl/secret_file.h"
#include "vault/keyring_edit.h"
#include "vault/paserk.h"
#include "vault/real_path.h"

static bool add_key(struct vault_keyring_edit *edit, const struct vault_public_key *key)
{
    char paserk[VAULT_PASERK_PUBLIC_SIZE];
    json_t *keys = json_object_get(edit->root, "keys"), *entry;
    size_t index;
    json_array_foreach(keys, index, entry) {
        if (strcmp(json_string_value(json_object_get(entry, "state")), "active") == 0 &&
            json_object_set_new(entry, "state", json_string("retired")) != 0)
            return false;
    }
    vault_paserk_public_write(key, paserk);
    return json_array_append_new(keys,
                                 json_pack("{s:s, s:s}", "paserk", paserk, "state", "active")) == 0;
}

/* Whether `name` is `path`, or the name of its lock or its temporary file. */
static bool is_taken_by(const char *name, const char *path)
{
    const size_t size = strlen(path);
    if (strncmp(name, path, size) != 0)
        return false;
    const char *rest = name + size;
    return *rest == '\0' || strcmp(rest, VAULT_FILE_LOCK) == 0 || strcmp(rest, VAULT_FILE_NEW) == 0;
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

struct new_key {
    struct vault_public_key public_key;
    char id[VAULT_PASERK_ID_SIZE];
    struct wrapped_key wrapped;
};

/* Asks for the passphrase, so without a lock: the answer may take long, or be Ctrl-C. */
static bool make_key(struct new_key *ret_key, struct vault_failure *failure)
{
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    vault_secret_auto key = VAULT_NO_SECRET;
    if (!passphrase_read(true, &passphrase, failure))
        return false;
    if (!vault_secret_init(VAULT_SECRET_KEY_SIZE, &key))
        return vault_fail_no_memory(failure);
    crypto_sign_keypair(ret_key->public_key.bytes, key.bytes);
    vault_paserk_pid_write(&ret_key->public_key, ret_key->id);
    return secret_file_wrap(key.bytes, &passphrase, &ret_key->wrapped, failure);
}

/* Writes the secret first, so that the keyring never has an active key without a secret. */
static bool store_key(const struct options *options, const struct new_key *key,
                      struct vault_failure *failure)
{
    struct vault_keyring_edit edit;
    if (!vault_keyring_edit_begin(options->keyring, true, &edit, failure))
        return false;
    bool stored = secret_file_write(options->secret, &key->wrapped, key->id, failure);
    if (stored && !add_key(&edit, &key->public_key))
        stored = vault_fail_no_memory(failure);
    stored = stored && vault_keyring_edit_commit(&edit, failure);
    vault_keyring_edit_end(&edit);
    return stored;
}

/* A keyring that can't be used is reported before anything is asked. */
static bool is_usable(const char *keyring, struct vault_failure *failure)
{
    json_t *root = NULL;
    const bool usable = access(keyring, F_OK) != 0 || vault_keyring_read(keyring, &root, failure);
    json_decref(root);
    return usable;
}

enum exit_code run_keygen(const struct options *options)
{
    struct vault_failure failure;
    struct new_key key;
    if (!are_apart(options->keyring, options->secret, &failure) ||
        !is_usable(options->keyring, &failure) || !make_key(&key, &failure) ||
        !store_key(options, &key, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    warn_if_changeable(options->keyring);
    puts(key.id);
    return EXIT_DONE;
}
