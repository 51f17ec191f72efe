// SPDX-License-Identifier: MIT
/* The command list. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"
#include "vault/ctl/notes.h"
#include "vault/keyring_edit.h"
#include "vault/paserk.h"
#include "vault/real_path.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"
#include "vault/tool/terminal.h"

/* A keyring and what is noted about it. */
struct listing {
    json_t *root;
    json_t *notes; /* NULL if they can't be read, which was reported. */
};

static void read_notes(const char *keyring, struct listing *listing)
{
    char real[PATH_MAX];
    struct vault_failure failure;
    if (!vault_real_path(keyring, false, real, &failure) ||
        !notes_read(real, &listing->notes, &failure))
        report(EXIT_DONE, "warning: dates and reasons are missing: %s", failure.message);
}

/* ---- What is listed, as JSON ---- */

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Adds the members of `more` that are strings. */
static bool add_texts(json_t *object, const json_t *more)
{
    const char *name;
    size_t size;
    json_t *member;
    json_object_keylen_foreach((json_t *)(uintptr_t)more, name, size, member)
    {
        if (json_is_string(member) && json_object_getn(object, name, size) == NULL &&
            json_object_setn(object, name, size, member) != 0)
            return false;
    }
    return true;
}

static int64_t time_of(const json_t *entry, const char *name, int64_t absent)
{
    const json_t *member = json_object_get(entry, name);
    int64_t ms = absent;
    if (member != NULL)
        vault_timestamp_parse(json_string_value(member), json_string_length(member), &ms);
    return ms;
}

/* Whether a token may be signed with the key, or have been: its state and its window. */
static const char *condition_of(const json_t *entry)
{
    const int64_t now = clock_now();
    const char *state = text_of(entry, "state");
    if (strcmp(state, "revoked") == 0)
        return state;
    if (now < time_of(entry, "notBefore", INT64_MIN))
        return "pending";
    return now >= time_of(entry, "notAfter", INT64_MAX) ? "expired" : state;
}

static json_t *describe_key(json_t *entry, const json_t *notes)
{
    const char *paserk = text_of(entry, "paserk");
    struct vault_public_key key;
    char id[VAULT_PASERK_ID_SIZE];
    if (!vault_paserk_public_read(paserk, strlen(paserk), &key))
        return NULL; /* The keyring was checked: memory ran out. */
    vault_paserk_pid_write(&key, id);
    json_t *described = json_pack("{s:s, s:s}", "kid", id, "condition", condition_of(entry));
    if (described != NULL && add_texts(described, entry) &&
        add_texts(described, notes_of_key(notes, id)))
        return described;
    json_decref(described);
    return NULL;
}

static json_t *describe_token(json_t *jti, const json_t *notes)
{
    json_t *described = json_pack("{s:O}", "jti", jti);
    if (described != NULL && add_texts(described, notes_of_token(notes, jti)))
        return described;
    json_decref(described);
    return NULL;
}

typedef json_t *describe_fn(json_t *entry, const json_t *notes);

static bool describe_all(json_t *document, const struct listing *listing, const char *name,
                         describe_fn *describe)
{
    json_t *list = json_array(), *entry;
    size_t index;
    if (json_object_set_new(document, name, list) != 0)
        return false;
    json_array_foreach(json_object_get(listing->root, name), index, entry)
        if (json_array_append_new(list, describe(entry, listing->notes)) != 0)
            return false;
    return true;
}

static json_t *describe_keyring(const struct listing *listing)
{
    json_t *document = json_object();
    if (describe_all(document, listing, "keys", describe_key) &&
        describe_all(document, listing, "revokedTokens", describe_token))
        return document;
    json_decref(document);
    return NULL;
}

/* ---- For people ---- */

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

/* When the key came into its state, by the note of that name: an active one, when it was made. */
static const char *since(const json_t *key)
{
    const char *state = text_of(key, "state");
    return or_dash(text_of(key, strcmp(state, "active") == 0 ? "created" : state));
}

/* Labels the member, if there is one, and writes it as JSON. */
static bool print_labelled(const char *label, const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    if (member == NULL)
        return true;
    printf("  %s ", label);
    return terminal_write_json(member, 0);
}

static bool print_key(const json_t *key)
{
    const json_t *reason = json_object_get(key, "reason");
    printf("%s  %-7s  %-24s  %-24s  %-*s", text_of(key, "kid"), text_of(key, "condition"),
           since(key), or_dash(text_of(key, "notBefore")), reason == NULL ? 0 : 24,
           or_dash(text_of(key, "notAfter")));
    const bool printed = reason == NULL ||
                         (fputs("  ", stdout) >= 0 && terminal_write_json(reason, 0));
    putchar('\n');
    return printed;
}

static bool print_token(const json_t *token)
{
    const bool expired = clock_now() >= time_of(token, "exp", INT64_MAX);
    fputs("revoked token ", stdout);
    bool printed = terminal_write_json(json_object_get(token, "jti"), 0);
    printed = print_labelled("since", token, "revoked") && printed;
    printed = print_labelled(expired ? "expired" : "expires", token, "exp") && printed;
    printed = print_labelled("organization", token, "aud") && printed;
    printed = print_labelled("subject", token, "sub") && printed;
    printed = print_labelled("reason", token, "reason") && printed;
    putchar('\n');
    return printed;
}

/* Earlier releases listed tokens and whatever else they got, which revokes nothing. */
static void warn_of_mistakes(const json_t *tokens)
{
    size_t index;
    json_t *jti;
    json_array_foreach(tokens, index, jti)
        if (jti_mistake(json_string_value(jti), json_string_length(jti)) != NULL)
            report(
                EXIT_DONE,
                "warning: the keyring lists '%.40s' as a revoked jti, which no token of vaultctl "
                "has: revoke the token that was meant with revoke-token, and remove this by "
                "unrevoke",
                json_string_value(jti));
}

static bool print_lines(const json_t *document)
{
    size_t index;
    json_t *entry;
    bool printed = document != NULL;
    printf("%-51s  %-7s  %-24s  %-24s  %-24s  %s\n", "KID", "STATE", "SINCE", "NOT BEFORE",
           "NOT AFTER", "REASON");
    json_array_foreach(json_object_get(document, "keys"), index, entry)
        printed = print_key(entry) && printed;
    json_array_foreach(json_object_get(document, "revokedTokens"), index, entry)
        printed = print_token(entry) && printed;
    return printed;
}

enum exit_code run_list(const struct options *options)
{
    struct listing listing = {0};
    struct vault_failure failure;
    if (!vault_keyring_read(options->keyring, &listing.root, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    warn_if_changeable(options->keyring);
    warn_of_mistakes(json_object_get(listing.root, "revokedTokens"));
    read_notes(options->keyring, &listing);
    json_t *document = describe_keyring(&listing);
    const bool printed = options->json != NULL ? terminal_print_document(json_incref(document))
                                               : print_lines(document);
    json_decref(document);
    json_decref(listing.root);
    json_decref(listing.notes);
    return printed ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}
