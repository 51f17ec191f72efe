// SPDX-License-Identifier: MIT
#include "vault/paserk.h"

#include <sodium.h>
#include <string.h>

#include "vault/base64url.h"

#define PUBLIC_HEADER "k4.public."
#define SECRET_HEADER "k4.secret."
#define PID_HEADER "k4.pid."
#define SID_HEADER "k4.sid."

enum { ID_BYTES = 33 };

static void write_text(const char *header, const unsigned char *bytes, size_t size, char *ret_text)
{
    const size_t header_size = strlen(header);
    memcpy(ret_text, header, header_size);
    vault_base64url_encode(bytes, size, ret_text + header_size);
}

/* Reads exactly `expected` bytes after the header. */
static bool read_text(const char *header, const char *text, size_t size, unsigned char *bytes,
                      size_t expected)
{
    const size_t header_size = strlen(header);
    size_t found = 0;
    return size > header_size && memcmp(text, header, header_size) == 0 &&
           vault_base64url_decode(text + header_size, size - header_size, bytes, expected,
                                  &found) &&
           found == expected;
}

/* An ID is a hash of its own header and the key's text (PASERK, operations/ID.md). */
static void write_id(const char *header, const char *key_text, char ret_text[VAULT_PASERK_ID_SIZE])
{
    unsigned char digest[ID_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, (const unsigned char *)header, strlen(header));
    crypto_generichash_update(&state, (const unsigned char *)key_text, strlen(key_text));
    crypto_generichash_final(&state, digest, sizeof digest);
    write_text(header, digest, sizeof digest, ret_text);
    sodium_memzero(&state, sizeof state);
}

void vault_paserk_public_write(const struct vault_public_key *key,
                               char ret_text[VAULT_PASERK_PUBLIC_SIZE])
{
    write_text(PUBLIC_HEADER, key->bytes, sizeof key->bytes, ret_text);
}

bool vault_paserk_public_read(const char *text, size_t size, struct vault_public_key *ret_key)
{
    struct vault_public_key key;
    if (!read_text(PUBLIC_HEADER, text, size, key.bytes, sizeof key.bytes))
        return false;
    *ret_key = key;
    return true;
}

void vault_paserk_pid_write(const struct vault_public_key *key, char ret_text[VAULT_PASERK_ID_SIZE])
{
    char key_text[VAULT_PASERK_PUBLIC_SIZE];
    vault_paserk_public_write(key, key_text);
    write_id(PID_HEADER, key_text, ret_text);
}

void vault_paserk_secret_write(const unsigned char *key, char ret_text[VAULT_PASERK_SECRET_SIZE])
{
    write_text(SECRET_HEADER, key, VAULT_SECRET_KEY_SIZE, ret_text);
}

static bool is_consistent(const unsigned char *key)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret_key, key);
    sodium_memzero(secret_key, sizeof secret_key);
    return sodium_memcmp(public_key, key + crypto_sign_SEEDBYTES, sizeof public_key) == 0;
}

bool vault_paserk_secret_read(const char *text, size_t size, struct vault_secret *ret_key)
{
    vault_secret_auto key = VAULT_NO_SECRET;
    if (!vault_secret_init(VAULT_SECRET_KEY_SIZE, &key) ||
        !read_text(SECRET_HEADER, text, size, key.bytes, key.size) || !is_consistent(key.bytes))
        return false;
    *ret_key = key;
    key = VAULT_NO_SECRET;
    return true;
}

void vault_paserk_sid_write(const unsigned char *key, char ret_text[VAULT_PASERK_ID_SIZE])
{
    char key_text[VAULT_PASERK_SECRET_SIZE];
    vault_paserk_secret_write(key, key_text);
    write_id(SID_HEADER, key_text, ret_text);
    sodium_memzero(key_text, sizeof key_text);
}
