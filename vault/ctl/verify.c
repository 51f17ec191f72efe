// SPDX-License-Identifier: MIT
/* The commands verify and inspect. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/credential_ref.h"
#include "vault/ctl/clock.h"
#include "vault/ctl/commands.h"
#include "vault/json_reader.h"
#include "vault/keyring_content.h"
#include "vault/paseto.h"

/* A token as given: one byte more than the limit, and the line break of standard input. */
struct given_token {
    char text[VAULT_TOKEN_LIMIT + 2];
    size_t size;
};

/* Parses and dumps the JSON, so that a token can't send control characters to the terminal. */
static void print_json(struct vault_bytes json)
{
    json_t *root = NULL;
    vault_json_read(json, VAULT_JSON_ANY_VALUE | VAULT_JSON_KEEP_DUPLICATES, &root, NULL);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_ENCODE_ANY);
    puts(text == NULL ? "not JSON" : text);
    free(text);
    json_decref(root);
}

/* The operand, or standard input for "-", without white space at its end. False: too long. */
static bool read_token(const char *operand, struct given_token *token)
{
    const size_t capacity = sizeof token->text;
    token->size = strlen(operand);
    if (strcmp(operand, "-") == 0)
        token->size = fread(token->text, 1, capacity, stdin);
    else
        memcpy(token->text, operand, token->size < capacity ? token->size : capacity);
    if (token->size >= capacity)
        return false;
    while (token->size > 0 && isspace((unsigned char)token->text[token->size - 1]))
        token->size--;
    return true;
}

enum exit_code run_verify(const struct options *options)
{
    struct given_token token;
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
    enum vault_token_status status = VAULT_TOKEN_MALFORMED;
    if (read_token(options->operand, &token))
        status = vault_credential_ref_check(keyring, NULL, token.text, token.size, &policy);
    vault_keyring_release(&keyring);
    if (vault_token_status_is_temporary(status))
        return report(EXIT_UNUSABLE, "%s", vault_token_status_text(status));
    if (status != VAULT_TOKEN_OK)
        return report(EXIT_REJECTED, "rejected: %s: %s", vault_token_status_name(status),
                      vault_token_status_text(status));
    vault_paseto_parse(token.text, token.size, &paseto);
    print_json(paseto.message);
    return EXIT_DONE;
}

enum exit_code run_inspect(const struct options *options)
{
    struct given_token token;
    struct vault_paseto paseto;
    if (!read_token(options->operand, &token))
        return report(EXIT_REJECTED,
                      "the token is longer than " VAULT_LIMIT_TEXT(VAULT_TOKEN_LIMIT) " bytes");
    if (vault_paseto_parse(token.text, token.size, &paseto) != VAULT_PASETO_GOOD)
        return report(EXIT_REJECTED, "this is not a PASETO v4.public token");
    fputs("vaultctl: NOT VERIFIED: anyone can have written this\n", stderr);
    puts("claims (not verified):");
    print_json(paseto.message);
    puts("footer (not verified):");
    if (paseto.footer.size > 0)
        print_json(paseto.footer);
    else
        puts("none");
    return EXIT_DONE;
}
