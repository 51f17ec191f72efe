// SPDX-License-Identifier: MIT
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

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
    char real[PATH_MAX];
    if (!vault_real_path(secret, true, real, failure))
        return false;
    if (!is_taken_by(real, keyring) && !is_taken_by(keyring, real))
        return true;
    return vault_fail(failure,
                      "'%.200s' is the keyring, or a file that is used to change it: give the "
                      "secret key a file of its own",
                      secret);
}

/* Writes the secret first, so that the keyring never has an active key without a secret. */
static bool make_key(const struct options *options, struct vault_keyring_edit *edit,
                     char id[VAULT_PASERK_ID_SIZE], struct vault_failure *failure)
{
    struct vault_public_key public_key;
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    vault_secret_auto key = VAULT_NO_SECRET;
    if (!are_apart(edit->real, options->secret, failure) ||
        !passphrase_read(true, &passphrase, failure))
        return false;
    if (!vault_secret_init(VAULT_SECRET_KEY_SIZE, &key))
        return vault_fail_no_memory(failure);
    crypto_sign_keypair(public_key.bytes, key.bytes);
    vault_paserk_pid_write(&public_key, id);
    if (!secret_file_write(options->secret, key.bytes, id, &passphrase, failure))
        return false;
    if (!add_key(edit, &public_key))
        return vault_fail_no_memory(failure);
    return vault_keyring_edit_commit(edit, failure);
}

enum exit_code run_keygen(const struct options *options)
{
    char id[VAULT_PASERK_ID_SIZE];
    struct vault_failure failure;
    struct vault_keyring_edit edit;
    if (!vault_keyring_edit_begin(options->keyring, true, &edit, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const bool made = make_key(options, &edit, id, &failure);
    vault_keyring_edit_end(&edit);
    if (!made)
        return report(EXIT_UNUSABLE, "%s", failure.message);
    puts(id);
    return EXIT_DONE;
}
