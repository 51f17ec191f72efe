// SPDX-License-Identifier: MIT
/* PASERK, operations/PBKW.md, version 4: Argon2id, XChaCha20 and keyed BLAKE2b. */
#include <sodium.h>
#include <string.h>

#include "vault/base64url.h"
#include "vault/limit.h"
#include "vault/paserk.h"

#define HEADER "k4.secret-pw."

enum {
    HEADER_SIZE = sizeof HEADER - 1,
    TAG_SIZE = 32,
    ENCRYPTION_KEY = 0xFF,
    AUTHENTICATION_KEY = 0xFE
};

/* What follows the header, in this order; numbers are big-endian. */
struct wrapped {
    unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char memory[8];
    unsigned char passes[4];
    unsigned char lanes[4];
    unsigned char nonce[crypto_stream_xchacha20_NONCEBYTES];
    unsigned char key[VAULT_SECRET_KEY_SIZE];
    unsigned char tag[TAG_SIZE];
};

_Static_assert(sizeof(struct wrapped) == 152, "no padding: the text encodes these bytes");

#define MIB ((uint64_t)1 << 20)

const struct vault_password_cost vault_password_cost_default = {
    .memory = VAULT_WRAP_DEFAULT_MEMORY_MIB * MIB, .passes = VAULT_WRAP_DEFAULT_PASSES};

static void write_number(unsigned char *bytes, size_t size, uint64_t number)
{
    for (size_t i = size; i-- > 0; number >>= 8)
        bytes[i] = (unsigned char)number;
}

static uint64_t read_number(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static bool is_affordable(const struct wrapped *wrapped)
{
    const uint64_t memory = read_number(wrapped->memory, sizeof wrapped->memory);
    const uint64_t passes = read_number(wrapped->passes, sizeof wrapped->passes);
    return memory >= crypto_pwhash_MEMLIMIT_MIN && memory <= VAULT_WRAP_MEMORY_LIMIT_MIB * MIB &&
           memory % 1024 == 0 && passes >= 1 && passes <= VAULT_WRAP_PASSES_LIMIT &&
           read_number(wrapped->lanes, sizeof wrapped->lanes) == 1;
}

/* Derives one of the two keys; the byte `which` separates their domains. */
static void derive(const unsigned char pre_key[32], unsigned char which, unsigned char ret_key[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, &which, 1);
    crypto_generichash_update(&state, pre_key, 32);
    crypto_generichash_final(&state, ret_key, 32);
    sodium_memzero(&state, sizeof state);
}

static bool derive_keys(const struct wrapped *wrapped, const struct vault_secret *password,
                        struct vault_secret *keys)
{
    vault_secret_auto pre_key = VAULT_NO_SECRET;
    if (!vault_secret_init(32, &pre_key) || !vault_secret_init(64, keys))
        return false;
    if (crypto_pwhash(pre_key.bytes, pre_key.size, (const char *)password->bytes, password->size,
                      wrapped->salt, read_number(wrapped->passes, sizeof wrapped->passes),
                      (size_t)read_number(wrapped->memory, sizeof wrapped->memory),
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return false;
    derive(pre_key.bytes, ENCRYPTION_KEY, keys->bytes);
    derive(pre_key.bytes, AUTHENTICATION_KEY, keys->bytes + 32);
    return true;
}

static void authenticate(const struct wrapped *wrapped, const unsigned char key[32],
                         unsigned char ret_tag[TAG_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, 32, TAG_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)HEADER, HEADER_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)wrapped,
                              offsetof(struct wrapped, tag));
    crypto_generichash_final(&state, ret_tag, TAG_SIZE);
    sodium_memzero(&state, sizeof state);
}

bool vault_paserk_wrap(const unsigned char *key, const struct vault_secret *password,
                       const struct vault_password_cost *cost,
                       char ret_text[VAULT_PASERK_WRAPPED_SIZE])
{
    struct wrapped wrapped;
    vault_secret_auto keys = VAULT_NO_SECRET;
    write_number(wrapped.memory, sizeof wrapped.memory, cost->memory);
    write_number(wrapped.passes, sizeof wrapped.passes, cost->passes);
    write_number(wrapped.lanes, sizeof wrapped.lanes, 1);
    if (!is_affordable(&wrapped) || sodium_init() < 0)
        return false;
    randombytes_buf(wrapped.salt, sizeof wrapped.salt);
    randombytes_buf(wrapped.nonce, sizeof wrapped.nonce);
    if (!derive_keys(&wrapped, password, &keys))
        return false;
    crypto_stream_xchacha20_xor(wrapped.key, key, sizeof wrapped.key, wrapped.nonce, keys.bytes);
    authenticate(&wrapped, keys.bytes + 32, wrapped.tag);
    memcpy(ret_text, HEADER, HEADER_SIZE);
    vault_base64url_encode((const unsigned char *)&wrapped, sizeof wrapped, ret_text + HEADER_SIZE);
    return true;
}

static bool read_wrapped(const char *text, size_t size, struct wrapped *wrapped)
{
    size_t found = 0;
    return size > HEADER_SIZE && memcmp(text, HEADER, HEADER_SIZE) == 0 &&
           vault_base64url_decode(text + HEADER_SIZE, size - HEADER_SIZE, (unsigned char *)wrapped,
                                  sizeof *wrapped, &found) &&
           found == sizeof *wrapped;
}

enum vault_unwrap vault_paserk_unwrap(const char *text, size_t size,
                                      const struct vault_secret *password,
                                      struct vault_secret *ret_key)
{
    struct wrapped wrapped;
    unsigned char tag[TAG_SIZE];
    vault_secret_auto keys = VAULT_NO_SECRET;
    vault_secret_auto key = VAULT_NO_SECRET;
    if (!read_wrapped(text, size, &wrapped))
        return VAULT_UNWRAP_MALFORMED;
    if (!is_affordable(&wrapped))
        return VAULT_UNWRAP_COST;
    if (!derive_keys(&wrapped, password, &keys) || !vault_secret_init(VAULT_SECRET_KEY_SIZE, &key))
        return VAULT_UNWRAP_NO_MEMORY;
    authenticate(&wrapped, keys.bytes + 32, tag);
    if (sodium_memcmp(tag, wrapped.tag, sizeof tag) != 0)
        return VAULT_UNWRAP_PASSWORD;
    crypto_stream_xchacha20_xor(key.bytes, wrapped.key, key.size, wrapped.nonce, keys.bytes);
    *ret_key = key;
    key = VAULT_NO_SECRET;
    return VAULT_UNWRAPPED;
}
