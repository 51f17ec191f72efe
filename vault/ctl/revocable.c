// SPDX-License-Identifier: MIT
#include "vault/ctl/revocable.h"

#include "vault/claims.h"
#include "vault/json_reader.h"
#include "vault/paseto.h"
#include "vault/timestamp.h"
#include "vault/token_key.h"
#include "vault/tool/clock.h"
#include "vault/utf8.h"

static enum exit_code reject(enum vault_token_status status)
{
    return report(vault_token_status_is_temporary(status) ? EXIT_UNUSABLE : EXIT_FOUND, "%s",
                  vault_token_status_text(status));
}

static enum exit_code reject_unknown_key(const char *keyring)
{
    return report(EXIT_FOUND,
                  "nothing was changed: the keyring '%.200s' does not know the token's key, so its "
                  "gateways reject the token already; name the keyring of those that accept it",
                  keyring);
}

/* As a gateway of the token's own organization finds it now. */
static const char *status_now(const struct vault_keyring *keyring, const struct given *token,
                              const struct vault_claims *claims)
{
    const struct vault_policy policy = {
        .organization_id = claims->audience.data,
        .organization_id_size = claims->audience.size,
        .leeway_seconds = VERIFY_LEEWAY_SECONDS,
        .now = clock_now(),
    };
    return vault_token_status_name(
        vault_credential_ref_check(keyring, NULL, token->text, token->size, &policy));
}

static json_t *string_of(struct vault_bytes text)
{
    return json_stringn(text.data, text.size);
}

/* NULL if memory ran out. */
static json_t *describe(const struct vault_claims *claims, const char *kid, const char *status)
{
    char expires[VAULT_TIMESTAMP_SIZE];
    json_t *described = json_pack("{s:o, s:s, s:o, s:o, s:s}", "jti", string_of(claims->token_id),
                                  "kid", kid, "sub", string_of(claims->subject), "aud",
                                  string_of(claims->audience), "status", status);
    if (described == NULL || claims->expires == INT64_MAX)
        return described;
    vault_timestamp_write(claims->expires, expires);
    if (json_object_set_new(described, "exp", json_string(expires)) == 0)
        return described;
    json_decref(described);
    return NULL;
}

static enum exit_code read_signed(const struct vault_keyring *keyring, const struct given *token,
                                  const struct vault_paseto *paseto, const char *kid,
                                  json_t **ret_revocable)
{
    json_t *root = NULL;
    struct vault_claims claims;
    enum exit_code code = EXIT_DONE;
    if (vault_json_read(paseto->message, VAULT_JSON_KEEP_SURROGATES, &root, NULL) ==
        VAULT_JSON_NO_MEMORY)
        return reject(VAULT_TOKEN_NO_MEMORY);
    if (!json_is_object(root))
        code = reject(VAULT_TOKEN_MALFORMED);
    else if (!vault_claims_read(root, &claims))
        code = reject(VAULT_TOKEN_BAD_CLAIMS);
    else if (claims.token_id.data == NULL)
        code = report(EXIT_FOUND,
                      "nothing was changed: the token has no jti, so only its key can be revoked, "
                      "with all of its tokens: vaultctl revoke %s",
                      kid);
    else if ((*ret_revocable = describe(&claims, kid, status_now(keyring, token, &claims))) == NULL)
        code = reject(VAULT_TOKEN_NO_MEMORY);
    json_decref(root);
    return code;
}

static enum exit_code read_token(const struct vault_keyring *keyring, const char *path,
                                 const struct given *token, json_t **ret_revocable)
{
    struct vault_paseto paseto;
    const struct vault_keyring_key *key = NULL;
    const enum vault_paseto_form form = vault_paseto_parse(token->text, token->size, &paseto);
    if (form != VAULT_PASETO_GOOD)
        return reject(form == VAULT_PASETO_MALFORMED ? VAULT_TOKEN_MALFORMED
                                                     : VAULT_TOKEN_UNSUPPORTED_VERSION);
    const enum vault_token_status status = vault_token_key(keyring, &paseto, &key);
    if (status == VAULT_TOKEN_UNKNOWN_KEY)
        return reject_unknown_key(path);
    if (status != VAULT_TOKEN_OK)
        return reject(status);
    if (!vault_paseto_verify(&paseto, VAULT_NO_BYTES, key->public_key.bytes))
        return report(EXIT_FOUND,
                      "nothing was changed: the signature of the token is invalid: copy the whole "
                      "token, or give its jti");
    return read_signed(keyring, token, &paseto, key->id, ret_revocable);
}

static enum exit_code take_jti(const struct given *given, json_t **ret_revocable)
{
    *ret_revocable = json_pack("{s:s%}", "jti", given->text, given->size);
    return *ret_revocable == NULL ? reject(VAULT_TOKEN_NO_MEMORY) : EXIT_DONE;
}

static enum exit_code read_given(const struct vault_keyring *keyring, const char *path,
                                 const struct given *given, json_t **ret_revocable)
{
    const char *mistake = jti_mistake(given->text, given->size);
    if (given_is_token(given))
        return read_token(keyring, path, given, ret_revocable);
    if (mistake != NULL)
        return report(EXIT_USAGE, "expected a token or the jti of one, and the jti %s", mistake);
    return take_jti(given, ret_revocable);
}

enum exit_code revocable_given(const struct options *options, struct given *ret_given)
{
    return given_read(options->operand, ret_given)
               ? EXIT_DONE
               : report(EXIT_USAGE, "expected a token or the jti of one, of at most %d bytes",
                        VAULT_TOKEN_LIMIT);
}

static enum exit_code read_with_keyring(const struct options *options, const struct given *given,
                                        bool listed, json_t **ret_revocable)
{
    struct vault_failure failure;
    struct vault_keyring *keyring = NULL;
    if (!vault_keyring_load(options->keyring, &keyring, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const bool as_it_is = listed && vault_utf8_is_valid(given->text, given->size) &&
                          vault_keyring_revokes_token(keyring, given->text, given->size);
    const enum exit_code code = as_it_is
                                    ? take_jti(given, ret_revocable)
                                    : read_given(keyring, options->keyring, given, ret_revocable);
    vault_keyring_release(&keyring);
    return code;
}

enum exit_code revocable_read(const struct options *options, const struct given *given,
                              json_t **ret_revocable)
{
    return read_with_keyring(options, given, false, ret_revocable);
}

enum exit_code revocable_read_listed(const struct options *options, const struct given *given,
                                     json_t **ret_revocable)
{
    return read_with_keyring(options, given, true, ret_revocable);
}
