// SPDX-License-Identifier: MIT
/* Keys in PASERK: a text that is read is the one that is written, and no other. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "vault/base64url.h"
#include "vault/limit.h"
#include "vault/paserk.h"

static void check_public(const char *text, size_t size)
{
    struct vault_public_key key;
    char again[VAULT_PASERK_PUBLIC_SIZE], id[VAULT_PASERK_ID_SIZE];
    if (!vault_paserk_public_read(text, size, &key))
        return;
    vault_paserk_public_write(&key, again);
    EXPECT(strlen(again) == size && memcmp(again, text, size) == 0, "%s", again);
    vault_paserk_pid_write(&key, id);
    EXPECT(strlen(id) == sizeof id - 1);
}

static void check_secret(const char *text, size_t size)
{
    struct vault_secret key = {0};
    char again[VAULT_PASERK_SECRET_SIZE], id[VAULT_PASERK_ID_SIZE];
    if (!vault_paserk_secret_read(text, size, &key))
        return;
    vault_paserk_secret_write(key.bytes, again);
    EXPECT(strlen(again) == size && memcmp(again, text, size) == 0, "%s", again);
    vault_paserk_sid_write(key.bytes, id);
    EXPECT(strlen(id) == sizeof id - 1);
    vault_secret_finish(&key);
}

/* Whether unwrapping takes microseconds: it is refused for its cost, or costs next to nothing. */
static bool is_cheap(const char *text, size_t size)
{
    static const char prefix[] = "k4.secret-pw.";
    unsigned char bytes[256];
    uint64_t memory = 0;
    size_t count;
    if (size <= strlen(prefix) ||
        !vault_base64url_decode(text + strlen(prefix), size - strlen(prefix), bytes, sizeof bytes,
                                &count) ||
        count < 32)
        return true;
    for (size_t i = 16; i < 24; i++)
        memory = memory << 8 | bytes[i];
    return memory > (uint64_t)VAULT_WRAP_MEMORY_LIMIT_MIB << 20 ||
           (memory <= 16384 && bytes[24] == 0 && bytes[25] == 0 && bytes[26] == 0 && bytes[27] < 2);
}

/* What a password unwraps, it was wrapped with: wrapped again, it unwraps to the same key. */
static void check_wrapped(const char *text, size_t size)
{
    struct vault_secret password = {0}, key = {0}, again = {0};
    const struct vault_password_cost cost = {8192, 1};
    char wrapped[VAULT_PASERK_WRAPPED_SIZE];
    EXPECT(vault_secret_init(4, &password));
    memcpy(password.bytes, "test", 4);
    if (is_cheap(text, size) &&
        vault_paserk_unwrap(text, size, &password, &key) == VAULT_UNWRAPPED) {
        EXPECT(vault_paserk_wrap(key.bytes, &password, &cost, wrapped));
        EXPECT(vault_paserk_unwrap(wrapped, strlen(wrapped), &password, &again) == VAULT_UNWRAPPED);
        EXPECT(memcmp(key.bytes, again.bytes, VAULT_SECRET_KEY_SIZE) == 0);
        vault_secret_finish(&key);
        vault_secret_finish(&again);
    }
    vault_secret_finish(&password);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    size_t text_size;
    EXPECT(sodium_init() >= 0);
    char *text = fuzz_rest(&input, &text_size);
    check_public(text, text_size);
    check_secret(text, text_size);
    check_wrapped(text, text_size);
    free(text);
    return 0;
}
