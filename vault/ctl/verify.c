// SPDX-License-Identifier: MIT
/* The command verify. */
#include <stdio.h>
#include <string.h>

#include "vault/credential_ref.h"
#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"
#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"
#include "vault/tool/clock.h"
#include "vault/tool/terminal.h"

static enum exit_code reject(enum vault_token_status status, bool json)
{
    const char *name = vault_token_status_name(status), *text = vault_token_status_text(status);
    if (!json)
        return report(EXIT_FOUND, "rejected: %s: %s", name, text);
    return terminal_print_document(
               json_pack("{s:b, s:s, s:s}", "valid", 0, "reason", name, "message", text))
               ? EXIT_FOUND
               : report(EXIT_UNUSABLE, "out of memory");
}

/* Prints the claims as the signed text has them if they can't be written anew. */
static bool print_claims(struct vault_bytes message, bool json)
{
    json_t *claims = NULL;
    const enum vault_json_status status = vault_json_read(message, VAULT_JSON_KEEP_DUPLICATES,
                                                          &claims, NULL);
    if (status == VAULT_JSON_OK && json)
        return terminal_print_document(json_pack("{s:b, s:o}", "valid", 1, "claims", claims));
    bool printed = status != VAULT_JSON_NO_MEMORY;
    if (status == VAULT_JSON_OK)
        printed = terminal_print_json(claims, JSON_INDENT(2));
    else if (printed) {
        fputs(json ? "{\"valid\": true, \"claims\": " : "", stdout);
        terminal_write_document(message.data, message.size);
        puts(json ? "}" : "");
    }
    json_decref(claims);
    return printed;
}

enum exit_code run_verify(const struct options *options)
{
    struct given token;
    struct vault_paseto paseto;
    struct vault_failure failure;
    struct vault_keyring *keyring = NULL;
    const bool json = options->json != NULL;
    const struct vault_policy policy = {
        .organization_id = options->aud,
        .organization_id_size = strlen(options->aud),
        .issuer = options->iss,
        .leeway_seconds = VERIFY_LEEWAY_SECONDS,
        .now = clock_now(),
    };
    if (!vault_keyring_load(options->keyring, &keyring, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    warn_if_changeable(options->keyring);
    enum vault_token_status status = VAULT_TOKEN_MALFORMED;
    if (given_read(options->operand, &token))
        status = vault_credential_ref_check(keyring, NULL, token.text, token.size, &policy);
    vault_keyring_release(&keyring);
    if (vault_token_status_is_temporary(status))
        return report(EXIT_UNUSABLE, "%s", vault_token_status_text(status));
    if (status != VAULT_TOKEN_OK)
        return reject(status, json);
    vault_paseto_parse(token.text, token.size, &paseto);
    return print_claims(paseto.message, json) ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}
