// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/credential_ref.h"
#include "vault/ctl/ctl.h"
#include "vault/keyring_internal.h"
#include "vault/paseto.h"

enum { LEEWAY_SECONDS = 60 };

static void print_json(struct vault_bytes json)
{
    json_t *root = json_loadb(json.data, json.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_ENCODE_ANY);
    /* Dumped again, so that nothing that a token holds can write to the terminal as it likes. */
    puts(text == NULL ? "not JSON" : text);
    free(text);
    json_decref(root);
}

static bool load_keyring(const char *path, struct vault_keyring **ret_keyring,
                         struct vault_failure *failure)
{
    struct vault_keyring_source *source = NULL;
    if (!vault_keyring_source_open(path, NULL, NULL, &source, failure))
        return false;
    *ret_keyring = vault_keyring_source_current(source);
    vault_keyring_source_close(&source);
    return true;
}

enum exit_code run_verify(const struct options *options)
{
    char token[VAULT_TOKEN_LIMIT + 2];
    size_t size = 0;
    struct vault_paseto paseto;
    struct vault_failure failure;
    struct vault_keyring *keyring = NULL;
    const struct vault_policy policy = {
        .organization_id = options->aud,
        .organization_id_size = strlen(options->aud),
        .issuer = options->iss,
        .leeway_seconds = LEEWAY_SECONDS,
        .now = now_ms(),
    };
    if (!load_keyring(options->keyring, &keyring, &failure))
        return complain(EXIT_TROUBLE, "%s", failure.message);
    const bool read = read_token(options->operand, token, sizeof token, &size, &failure);
    const enum vault_token_status refusal = read ? vault_credential_ref_check(keyring, NULL, token,
                                                                              size, &policy)
                                                 : VAULT_TOKEN_MALFORMED;
    vault_keyring_release(&keyring);
    if (refusal != VAULT_TOKEN_OK)
        return complain(EXIT_REFUSED, "refused: %s: %s", vault_token_status_name(refusal),
                        vault_token_status_text(refusal));
    vault_paseto_parse(token, size, &paseto);
    print_json(paseto.message);
    return EXIT_DONE;
}

enum exit_code run_inspect(const struct options *options)
{
    char token[VAULT_TOKEN_LIMIT + 2];
    size_t size = 0;
    struct vault_paseto paseto;
    struct vault_failure failure;
    if (!read_token(options->operand, token, sizeof token, &size, &failure))
        return complain(EXIT_REFUSED, "%s", failure.message);
    if (vault_paseto_parse(token, size, &paseto) != VAULT_PASETO_GOOD)
        return complain(EXIT_REFUSED, "this is not a PASETO token v4.public");
    fputs("vaultctl: NOT VERIFIED: anybody can have written this\n", stderr);
    puts("claims (not verified):");
    print_json(paseto.message);
    puts("footer (not verified):");
    if (paseto.footer.size > 0)
        print_json(paseto.footer);
    else
        puts("none");
    return EXIT_DONE;
}
