// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "tests/vault/hex.h"
#include "tests/vault/vectors.h"
#include "vault/base64url.h"
#include "vault/paserk.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Writes a key of any length; reading must reject those of a wrong length. */
static void write_any(const char *header, const unsigned char *key, size_t size, char text[512])
{
    strcpy(text, header);
    vault_base64url_encode(key, size, text + strlen(header));
}

Test(paserk, public_vectors)
{
    for (size_t i = 0; i < COUNT(public_vectors); i++) {
        unsigned char bytes[128];
        char text[512];
        struct vault_public_key key;
        const size_t size = from_hex(public_vectors[i].key, bytes, sizeof bytes);
        write_any("k4.public.", bytes, size, text);
        cr_expect_eq(vault_paserk_public_read(text, strlen(text), &key), !public_vectors[i].fails,
                     "%s", public_vectors[i].name);
        if (public_vectors[i].fails)
            continue;
        cr_expect_str_eq(text, public_vectors[i].paserk);
        vault_paserk_public_write(&key, text);
        cr_expect_str_eq(text, public_vectors[i].paserk);
    }
}

Test(paserk, secret_vectors)
{
    for (size_t i = 0; i < COUNT(secret_vectors); i++) {
        unsigned char bytes[128];
        char text[512];
        vault_secret_auto key = VAULT_NO_SECRET;
        const size_t size = from_hex(secret_vectors[i].key, bytes, sizeof bytes);
        write_any("k4.secret.", bytes, size, text);
        cr_expect_eq(vault_paserk_secret_read(text, strlen(text), &key), !secret_vectors[i].fails,
                     "%s", secret_vectors[i].name);
        if (secret_vectors[i].fails)
            continue;
        cr_expect_str_eq(text, secret_vectors[i].paserk);
        cr_expect_arr_eq(key.bytes, bytes, 64);
        vault_paserk_secret_write(key.bytes, text);
        cr_expect_str_eq(text, secret_vectors[i].paserk);
        text[strlen(text) - 3] ^= 1; /* Changes the public key at its end. */
        vault_secret_auto other = VAULT_NO_SECRET;
        cr_expect_not(vault_paserk_secret_read(text, strlen(text), &other));
    }
}

Test(paserk, id_vectors)
{
    for (size_t i = 0; i < COUNT(pid_vectors); i++) {
        struct vault_public_key key;
        unsigned char bytes[128];
        char text[VAULT_PASERK_ID_SIZE];
        const size_t size = from_hex(pid_vectors[i].key, bytes, sizeof bytes);
        cr_expect_eq(size == sizeof key.bytes, !pid_vectors[i].fails, "%s", pid_vectors[i].name);
        if (pid_vectors[i].fails)
            continue;
        memcpy(key.bytes, bytes, sizeof key.bytes);
        vault_paserk_pid_write(&key, text);
        cr_expect_str_eq(text, pid_vectors[i].paserk);
    }
    for (size_t i = 0; i < COUNT(sid_vectors); i++) {
        unsigned char bytes[128];
        char text[VAULT_PASERK_ID_SIZE];
        const size_t size = from_hex(sid_vectors[i].key, bytes, sizeof bytes);
        cr_expect_eq(size == VAULT_SECRET_KEY_SIZE, !sid_vectors[i].fails, "%s",
                     sid_vectors[i].name);
        if (sid_vectors[i].fails)
            continue;
        vault_paserk_sid_write(bytes, text);
        cr_expect_str_eq(text, sid_vectors[i].paserk);
    }
}

static void take_password(const char *given, struct vault_secret *password)
{
    cr_assert(vault_secret_init(strlen(given), password));
    memcpy(password->bytes, given, password->size);
}

Test(paserk, wrap_vectors)
{
    for (size_t i = 0; i < COUNT(wrap_vectors); i++) {
        vault_secret_auto password = VAULT_NO_SECRET;
        vault_secret_auto key = VAULT_NO_SECRET;
        unsigned char expected[64];
        take_password(wrap_vectors[i].password, &password);
        const enum vault_unwrap result = vault_paserk_unwrap(wrap_vectors[i].paserk,
                                                             strlen(wrap_vectors[i].paserk),
                                                             &password, &key);
        cr_expect_eq(result == VAULT_UNWRAPPED, !wrap_vectors[i].fails, "%s: %d",
                     wrap_vectors[i].name, result);
        if (wrap_vectors[i].fails || result != VAULT_UNWRAPPED)
            continue;
        cr_assert_eq(from_hex(wrap_vectors[i].unwrapped, expected, sizeof expected), 64);
        cr_expect_arr_eq(key.bytes, expected, 64, "%s", wrap_vectors[i].name);
    }
}

static const struct vault_password_cost cheap = {.memory = 8192, .passes = 1};

Test(paserk, wrapped_keys_unwrap_and_detect_changes)
{
    unsigned char public_key[32], secret[64];
    char text[VAULT_PASERK_WRAPPED_SIZE];
    vault_secret_auto password = VAULT_NO_SECRET;
    vault_secret_auto key = VAULT_NO_SECRET;
    take_password("correct horse", &password);
    crypto_sign_keypair(public_key, secret);
    cr_assert(vault_paserk_wrap(secret, &password, &cheap, text));
    cr_assert_eq(strlen(text), VAULT_PASERK_WRAPPED_SIZE - 1);
    cr_assert_eq(vault_paserk_unwrap(text, strlen(text), &password, &key), VAULT_UNWRAPPED);
    cr_expect_arr_eq(key.bytes, secret, 64);
    for (size_t at = 0; at < strlen(text); at++) {
        vault_secret_auto other = VAULT_NO_SECRET;
        const char original = text[at];
        text[at] = original == 'A' ? 'B' : 'A';
        cr_assert_neq(vault_paserk_unwrap(text, strlen(text), &password, &other), VAULT_UNWRAPPED,
                      "changed at %zu", at);
        text[at] = original;
    }
}

/* A file must not make the tool use all memory or run for hours. */
Test(paserk, costs_are_bounded)
{
    static const struct vault_password_cost bad[] = {
        {(uint64_t)2 << 30, 1}, {8192, 33}, {8192, 0}, {1024, 1}, {8193, 1}, {UINT64_MAX, 1}};
    unsigned char secret[64] = {0};
    char text[VAULT_PASERK_WRAPPED_SIZE];
    vault_secret_auto password = VAULT_NO_SECRET;
    take_password("correct horse", &password);
    for (size_t i = 0; i < COUNT(bad); i++)
        cr_expect_not(vault_paserk_wrap(secret, &password, &bad[i], text), "cost %zu", i);
    unsigned char bytes[152] = {0};
    vault_secret_auto key = VAULT_NO_SECRET;
    char big[512];
    memset(bytes + 16, 0xFF, 12);
    bytes[31] = 1;
    write_any("k4.secret-pw.", bytes, sizeof bytes, big);
    cr_expect_eq(vault_paserk_unwrap(big, strlen(big), &password, &key), VAULT_UNWRAP_COST);
}
