// SPDX-License-Identifier: MIT
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/credential_ref.h"
#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"
#include "vault/ctl/secret_file.h"
#include "vault/keyring_content.h"
#include "vault/limit.h"
#include "vault/paserk.h"
#include "vault/paseto.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"
#include "vault/tool/terminal.h"

static bool set_string(json_t *claims, const char *name, const char *value)
{
    return value == NULL || json_object_set_new(claims, name, json_string(value)) == 0;
}

static bool set_time(json_t *claims, const char *name, const char *given, int64_t now)
{
    char text[VAULT_TIMESTAMP_SIZE];
    int64_t ms = now;
    if (given == NULL)
        return true;
    if (!clock_parse(given, now, &ms))
        return false;
    vault_timestamp_write(ms, text);
    return set_string(claims, name, text);
}

/* Whether a token has a time in which it is valid. */
static bool is_ever_valid(const struct options *options, int64_t now)
{
    int64_t begin = now, end = INT64_MAX;
    if (options->nbf != NULL)
        clock_parse(options->nbf, now, &begin);
    if (options->exp != NULL)
        clock_parse(options->exp, now, &end);
    return end > now && end > begin;
}

/* Reports an option that can't be used, and returns NULL. */
static json_t *make_claims(const struct options *options)
{
    unsigned char random[16];
    char random_id[2 * sizeof random + 1];
    const int64_t now = clock_now();
    json_t *claims = json_object();
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(random_id, sizeof random_id, random, sizeof random);
    if (*options->sub == '\0' || strlen(options->sub) > VAULT_SUBJECT_LIMIT ||
        *options->aud == '\0')
        report(EXIT_USAGE, "issue: --sub must have 1 to %d bytes, and --aud must not be empty",
               VAULT_SUBJECT_LIMIT);
    else if (options->jti != NULL && jti_mistake(options->jti, strlen(options->jti)) != NULL)
        report(EXIT_USAGE, "issue: --jti %s", jti_mistake(options->jti, strlen(options->jti)));
    else if (!set_string(claims, "sub", options->sub) || !set_string(claims, "aud", options->aud) ||
             !set_string(claims, "iss", options->iss) ||
             !set_string(claims, "jti", options->jti == NULL ? random_id : options->jti))
        report(EXIT_USAGE, "issue: --sub, --aud, --iss and --jti must be UTF-8");
    else if (!set_time(claims, "iat", "+0s", now) || !set_time(claims, "nbf", options->nbf, now) ||
             !set_time(claims, "exp", options->exp, now))
        report(EXIT_USAGE,
               "issue: --exp and --nbf must be a time from now, such as +30d (s, m, h, d, w), or "
               "a timestamp, such as 2030-01-02T03:04:05Z");
    else if (!is_ever_valid(options, now))
        report(EXIT_USAGE, "issue: --exp must lie in the future, and after --nbf");
    else
        return claims;
    json_decref(claims);
    return NULL;
}

static bool sign(const char *claims, const unsigned char *key, char token[VAULT_TOKEN_LIMIT + 1])
{
    char id[VAULT_PASERK_ID_SIZE], footer[VAULT_PASERK_ID_SIZE + 16];
    const struct vault_public_key public_key = secret_key_public(key);
    vault_paserk_pid_write(&public_key, id);
    snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", id);
    return vault_paseto_sign(vault_bytes_of(claims), vault_bytes_of(footer), VAULT_NO_BYTES, key,
                             token);
}

/* Gateways reject what a key signs that their keyring has revoked or does not have. */
static bool may_sign(const char *path, const struct vault_public_key *public_key,
                     struct vault_failure *failure)
{
    char id[VAULT_PASERK_ID_SIZE];
    struct vault_keyring *keyring = NULL;
    vault_paserk_pid_write(public_key, id);
    if (!vault_keyring_load(path, &keyring, failure))
        return false;
    const struct vault_keyring_key *key = vault_keyring_find(keyring, id, strlen(id));
    const bool active = key != NULL && key->state == VAULT_KEY_ACTIVE;
    vault_keyring_release(&keyring);
    return active || vault_fail(failure,
                                "the key %s is not active in '%.200s': issue with the secret key "
                                "of the one that is, see vaultctl list",
                                id, path);
}

static bool read_key(const struct options *options, struct vault_secret *ret_key,
                     struct vault_failure *failure)
{
    if (!secret_file_read(options->secret, ret_key, failure))
        return false;
    const struct vault_public_key public_key = secret_key_public(ret_key->bytes);
    return options->keyring == NULL || may_sign(options->keyring, &public_key, failure);
}

static bool print_token(const char *token, const unsigned char *key, json_t *claims, bool json)
{
    char id[VAULT_PASERK_ID_SIZE];
    const struct vault_public_key public_key = secret_key_public(key);
    if (!json)
        return puts(token) >= 0;
    vault_paserk_pid_write(&public_key, id);
    return terminal_print_document(
        json_pack("{s:s, s:s, s:O}", "token", token, "kid", id, "claims", claims));
}

static enum exit_code issue(const struct options *options, json_t *claims, const char *text)
{
    char token[VAULT_TOKEN_LIMIT + 1];
    struct vault_failure failure;
    vault_secret_auto key = VAULT_NO_SECRET;
    if (!read_key(options, &key, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    if (!sign(text, key.bytes, token))
        return report(EXIT_USAGE,
                      "issue: the token would be longer than %d bytes: shorten the claims",
                      VAULT_TOKEN_LIMIT);
    return print_token(token, key.bytes, claims, options->json != NULL)
               ? EXIT_DONE
               : report(EXIT_UNUSABLE, "out of memory");
}

enum exit_code run_issue(const struct options *options)
{
    json_t *claims = make_claims(options);
    if (claims == NULL)
        return EXIT_USAGE;
    char *text = json_dumps(claims, JSON_COMPACT);
    const enum exit_code code = text == NULL ? report(EXIT_UNUSABLE, "out of memory")
                                             : issue(options, claims, text);
    free(text);
    json_decref(claims);
    return code;
}
