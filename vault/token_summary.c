// SPDX-License-Identifier: MIT
#include "vault/token_summary.h"

#include <sodium.h>

#include "vault/json_reader.h"
#include "vault/paseto.h"
#include "vault/timestamp.h"
#include "vault/utf8.h"

enum { FINGERPRINT_BYTES = (VAULT_FINGERPRINT_SIZE - 1) / 2 };

static struct vault_bytes member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    const struct vault_bytes bytes = {json_string_value(value), json_string_length(value)};
    return bytes.data != NULL && vault_utf8_is_valid(bytes.data, bytes.size) ? bytes
                                                                             : VAULT_NO_BYTES;
}

static int64_t expiry(const json_t *claims)
{
    int64_t expires;
    const struct vault_bytes text = member(claims, "exp");
    return text.data != NULL && vault_timestamp_parse(text.data, text.size, &expires) ? expires
                                                                                      : INT64_MAX;
}

static bool read_object(struct vault_bytes text, json_t **ret_object)
{
    return vault_json_read(text, VAULT_JSON_KEEP_SURROGATES, ret_object, NULL) !=
           VAULT_JSON_NO_MEMORY;
}

bool vault_token_summary_init(struct vault_token_summary *summary, const char *token, size_t size)
{
    struct vault_paseto paseto;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    *summary = (struct vault_token_summary){.expires = INT64_MAX};
    crypto_generichash(fingerprint, sizeof fingerprint, (const uint8_t *)token, size, NULL, 0);
    sodium_bin2hex(summary->fingerprint, sizeof summary->fingerprint, fingerprint,
                   sizeof fingerprint);
    if (vault_paseto_parse(token, size, &paseto) != VAULT_PASETO_GOOD)
        return true;
    if (!read_object(paseto.message, &summary->claims) ||
        !read_object(paseto.footer, &summary->footer))
        return false;
    summary->subject = member(summary->claims, "sub");
    summary->token_id = member(summary->claims, "jti");
    summary->key_id = member(summary->footer, "kid");
    summary->expires = expiry(summary->claims);
    return true;
}

void vault_token_summary_finish(struct vault_token_summary *summary)
{
    json_decref(summary->claims);
    json_decref(summary->footer);
    *summary = (struct vault_token_summary){0};
}
