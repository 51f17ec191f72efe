// SPDX-License-Identifier: MIT
/* vault_keyring_parse: a keyring that is accepted has each key once, with its own ID. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "vault/keyring_content.h"

static void check_key(const struct vault_keyring *keyring, const struct vault_keyring_key *key)
{
    char id[VAULT_PASERK_ID_SIZE];
    vault_paserk_pid_write(&key->public_key, id);
    EXPECT(strcmp(id, key->id) == 0, "%s", key->id);
    EXPECT(vault_keyring_find(keyring, key->id, strlen(key->id)) == key);
    EXPECT(vault_keyring_find(keyring, key->id, strlen(key->id) - 1) == NULL);
}

static void check_keyring(const struct vault_keyring *keyring)
{
    size_t active = 0;
    for (size_t i = 0; i < keyring->key_count; i++) {
        check_key(keyring, &keyring->keys[i]);
        active += keyring->keys[i].state == VAULT_KEY_ACTIVE;
    }
    EXPECT((vault_keyring_single_active(keyring) != NULL) == (active == 1), "%zu", active);
    EXPECT(!vault_keyring_revokes_token(keyring, "never\0revoked", 13));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct vault_keyring *keyring = NULL;
    struct vault_failure failure = {{0}};
    size_t text_size;
    EXPECT(sodium_init() >= 0);
    char *text = fuzz_rest(&input, &text_size);
    const bool parsed = vault_keyring_parse(text, text_size, &keyring, &failure);
    EXPECT(parsed == (keyring != NULL));
    free(text);
    if (parsed)
        check_keyring(keyring);
    else
        fuzz_check_message(failure.message);
    vault_keyring_release(&keyring);
    return 0;
}
