// SPDX-License-Identifier: MIT
/* The commands verify and inspect. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/credential_ref.h"
#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"
#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"
#include "vault/tool/clock.h"
#include "vault/tool/terminal.h"

/* Says why the text is no JSON, or gives it as it is if it only can't be written anew. */
static void print_as_it_is(struct vault_bytes json, const struct vault_json_error *error)
{
    const unsigned options = VAULT_JSON_ANY_VALUE | VAULT_JSON_KEEP_DUPLICATES |
                             VAULT_JSON_KEEP_SURROGATES;
    json_t *root = NULL;
    if (vault_json_read(json, options, &root, NULL) == VAULT_JSON_OK)
        terminal_write(json.data, json.size);
    else
        printf("not JSON: %s (line %d, column %d)", error->reason, error->line, error->column);
    putchar('\n');
    json_decref(root);
}

/* False if memory ran out. */
static bool print_json(struct vault_bytes json)
{
    json_t *root = NULL;
    struct vault_json_error error;
    const enum vault_json_status status =
        vault_json_read(json, VAULT_JSON_ANY_VALUE | VAULT_JSON_KEEP_DUPLICATES, &root, &error);
    if (status == VAULT_JSON_MALFORMED)
        print_as_it_is(json, &error);
    const bool printed = status != VAULT_JSON_OK || terminal_print_json(root, JSON_INDENT(2));
    json_decref(root);
    return printed && status != VAULT_JSON_NO_MEMORY;
}

enum exit_code run_verify(const struct options *options)
{
    struct given token;
    struct vault_paseto paseto;
    struct vault_failure failure;
    struct vault_keyring *keyring = NULL;
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
        return report(EXIT_FOUND, "rejected: %s: %s", vault_token_status_name(status),
                      vault_token_status_text(status));
    vault_paseto_parse(token.text, token.size, &paseto);
    return print_json(paseto.message) ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}

enum exit_code run_inspect(const struct options *options)
{
    struct given token;
    struct vault_paseto paseto;
    if (!given_read(options->operand, &token))
        return report(EXIT_FOUND,
                      "the token is longer than " VAULT_LIMIT_TEXT(VAULT_TOKEN_LIMIT) " bytes");
    if (vault_paseto_parse(token.text, token.size, &paseto) != VAULT_PASETO_GOOD)
        return report(EXIT_FOUND, "this is not a PASETO v4.public token");
    report(EXIT_DONE, "NOT VERIFIED: anyone can have written this");
    puts("claims (not verified):");
    bool printed = print_json(paseto.message);
    puts("footer (not verified):");
    if (paseto.footer.size > 0)
        printed = print_json(paseto.footer) && printed;
    else
        puts("none");
    return printed ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}
