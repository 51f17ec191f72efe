// SPDX-License-Identifier: MIT
/* The command inspect. */
#include <stdio.h>

#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"
#include "vault/json_reader.h"
#include "vault/paseto.h"
#include "vault/tool/terminal.h"

/* Why the text is not strict JSON. False if memory ran out. */
static bool add_mistake(json_t *document, const char *name, const struct vault_json_error *error)
{
    return json_object_set_new(document, name,
                               json_sprintf("%s (line %d, column %d)", error->reason, error->line,
                                            error->column)) == 0;
}

/* What one part of a token holds. */
struct part {
    const char *name;
    const char *error_name; /* Why it is not strict JSON, if so. */
    const char *text_name;  /* The part itself, if it can't be shown as JSON. */
    struct vault_bytes json;
};

/*
 * Adds the part as JSON, the last of members with one name; else null, and its text if it is UTF-8.
 * False if memory ran out.
 */
static bool add_part(json_t *document, const struct part *part)
{
    json_t *root = NULL;
    struct vault_json_error error;
    enum vault_json_status status = vault_json_read(part->json, VAULT_JSON_STRICT, &root, &error);
    bool added = true;
    if (status == VAULT_JSON_MALFORMED) {
        added = add_mistake(document, part->error_name, &error);
        status = vault_json_read(part->json, VAULT_JSON_ANY_VALUE | VAULT_JSON_KEEP_DUPLICATES,
                                 &root, NULL);
    }
    if (status == VAULT_JSON_OK)
        return json_object_set_new(document, part->name, root) == 0 && added;
    json_t *text = json_stringn(part->json.data, part->json.size);
    if (text != NULL)
        added = json_object_set_new(document, part->text_name, text) == 0 && added;
    return status == VAULT_JSON_MALFORMED && added &&
           json_object_set_new(document, part->name, json_null()) == 0;
}

static json_t *describe(const struct vault_paseto *paseto)
{
    json_t *document = json_pack("{s:b}", "verified", 0);
    const struct part claims = {"claims", "claimsError", "claimsText", paseto->message};
    const struct part footer = {"footer", "footerError", "footerText", paseto->footer};
    if (add_part(document, &claims) && (paseto->footer.size == 0 || add_part(document, &footer)))
        return document;
    json_decref(document);
    return NULL;
}

enum exit_code run_inspect(const struct options *options)
{
    struct given token;
    struct vault_paseto paseto;
    if (!given_read(options->operand, &token))
        return report(EXIT_FOUND, "the token is longer than %d bytes", VAULT_TOKEN_LIMIT);
    if (vault_paseto_parse(token.text, token.size, &paseto) != VAULT_PASETO_GOOD)
        return report(EXIT_FOUND, "this is not a PASETO v4.public token");
    report(EXIT_DONE, "NOT VERIFIED: anyone can have written this");
    return terminal_print_document(describe(&paseto)) ? EXIT_DONE
                                                      : report(EXIT_UNUSABLE, "out of memory");
}
