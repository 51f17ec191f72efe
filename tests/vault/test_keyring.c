// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include <stdlib.h>
#include <sys/resource.h>

#define KEY "k4.public.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

Test(keyring, failures_are_named)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"", "not valid JSON"},
        {"{", "not valid JSON"},
        {"[]", "JSON object"},
        {"{\"keys\":[]}", "version"},
        {"{\"version\":2,\"keys\":[]}", "version"},
        {"{\"version\":1}", "must have keys"},
        {"{\"version\":1,\"keys\":{}}", "must have keys"},
        {"{\"version\":1,\"keys\":[],\"colour\":1}", "colour"},
        {"{\"version\":1,\"keys\":[],\"keys\":[]}", "twice"},
        {"{\"version\":1,\"keys\":[],\"revokedTokens\\u0000\":[]}", "revokedTokens"},
        {"{\"version\":1e400,\"keys\":[]}", "version"},
        {"{\"version\":1.0,\"keys\":[]}", "version"},
        {"{\"version\":1,\"keys\":[],\"revokedTokens\":[\"\\ud800\"]}", "surrogate"},
        {"{\"version\":1,\"keys\":[1]}", "object"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\",\"state\":\"active\\u0000\"}]}",
         "state"},
        {"{\"version\":1,\"keys\":[{}]}", "paserk"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"k4.public.AAAA\",\"state\":\"active\"}]}",
         "paserk"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"k4.secret.AAAA\",\"state\":\"active\"}]}",
         "paserk"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\"}]}", "state"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\",\"state\":\"alive\"}]}", "state"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\",\"state\":\"active\",\"secret\":1}]}",
         "secret"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY
         "\",\"state\":\"active\",\"notAfter\":\"soon\"}]}",
         "notAfter"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\",\"state\":\"active\",\"notBefore\":1}]}",
         "notBefore"},
        {"{\"version\":1,\"keys\":[{\"paserk\":\"" KEY "\",\"state\":\"active\"},{\"paserk\":\"" KEY
         "\",\"state\":\"active\"}]}",
         "twice"},
        {"{\"version\":1,\"keys\":[],\"revokedTokens\":{}}", "revokedTokens"},
        {"{\"version\":1,\"keys\":[],\"revokedTokens\":[1]}", "revokedTokens"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vault_keyring *keyring = NULL;
        struct vault_failure failure = {.message = ""};
        cr_expect_not(vault_keyring_parse(cases[i].text, strlen(cases[i].text), &keyring, &failure),
                      "%s was accepted", cases[i].text);
        cr_expect_null(keyring);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s said '%s'", cases[i].text,
                           failure.message);
    }
}

/* A truncated file is refused as a whole. */
Test(keyring, truncated_files_are_refused)
{
    const char *text = "{\"version\":1,\"keys\":[{\"paserk\":\"" KEY
                       "\",\"state\":\"active\"}],\"revokedTokens\":[\"a\"]}";
    for (size_t size = 0; size < strlen(text); size++) {
        struct vault_keyring *keyring = NULL;
        struct vault_failure failure;
        cr_assert_not(vault_keyring_parse(text, size, &keyring, &failure),
                      "%zu bytes were accepted", size);
    }
}

/* 100,000 keys take a fraction of the processor time that is allowed; comparing all, minutes. */
Test(keyring, large_keyrings_are_read_in_linear_time)
{
    enum { KEYS = 100000 };
    const struct rlimit ten_seconds = {10, 10};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    fputs("{\"version\":1,\"keys\":[", stream);
    for (uint32_t i = 0; i < KEYS; i++) {
        struct vault_public_key key = {{0}};
        char paserk[VAULT_PASERK_PUBLIC_SIZE];
        memcpy(key.bytes, &i, sizeof i);
        vault_paserk_public_write(&key, paserk);
        fprintf(stream, "%s{\"paserk\":\"%s\",\"state\":\"active\"}", i == 0 ? "" : ",", paserk);
    }
    fputs("]}", stream);
    fclose(stream);
    cr_assert_eq(setrlimit(RLIMIT_CPU, &ten_seconds), 0);
    struct vault_keyring *keyring = keyring_of(text);
    cr_expect_eq(keyring->key_count, KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        const struct vault_keyring_key *key = &keyring->keys[i];
        cr_assert_eq(vault_keyring_find(keyring, key->id, strlen(key->id)), key);
    }
    vault_keyring_release(&keyring);
    free(text);
}

Test(keyring, keys_are_found_by_their_whole_id)
{
    struct vault_keyring *keyring = keyring_of(
        "{\"version\":1,\"keys\":[{\"paserk\":\"" KEY
        "\",\"state\":\"active\"}],\"revokedTokens\":[\"a\",\"b\\u0000c\"]}");
    /* From the official vector k4.pid-1. */
    const char *id = "k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE";
    cr_expect_not_null(vault_keyring_find(keyring, id, strlen(id)));
    cr_expect_null(vault_keyring_find(keyring, id, strlen(id) - 1));
    cr_expect_null(vault_keyring_find(keyring, "", 0));
    cr_expect_not_null(vault_keyring_single_active(keyring));
    cr_expect(vault_keyring_revokes_token(keyring, "a", 1));
    cr_expect_not(vault_keyring_revokes_token(keyring, "a\0", 2));
    cr_expect(vault_keyring_revokes_token(keyring, "b\0c", 3));
    cr_expect_not(vault_keyring_revokes_token(keyring, "b", 1));
    vault_keyring_release(&keyring);
}
