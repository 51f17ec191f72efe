// SPDX-License-Identifier: MIT
/* The commands revoke-token and unrevoke. */
#include <stdio.h>
#include <string.h>

#include "vault/ctl/keyring_change.h"
#include "vault/ctl/notes.h"
#include "vault/ctl/revocable.h"
#include "vault/tool/terminal.h"

struct revocation {
    json_t *revocable;
    const char *reason;
    bool already;
};

/* The place of the jti in the list, or its size. */
static size_t place_of(const json_t *tokens, const json_t *jti)
{
    size_t place = 0;
    while (place < json_array_size(tokens) && !json_equal(json_array_get(tokens, place), jti))
        place++;
    return place;
}

static bool append(json_t *root, json_t *jti)
{
    json_t *tokens = json_object_get(root, "revokedTokens");
    if (tokens == NULL) {
        tokens = json_array();
        if (json_object_set_new(root, "revokedTokens", tokens) != 0)
            return false;
    }
    return json_array_append(tokens, jti) == 0;
}

static bool add(struct vault_keyring_edit *edit, json_t *notes, void *context,
                struct vault_failure *failure)
{
    struct revocation *revocation = context;
    json_t *tokens = json_object_get(edit->root, "revokedTokens");
    json_t *jti = json_object_get(revocation->revocable, "jti");
    revocation->already = place_of(tokens, jti) < json_array_size(tokens);
    return ((revocation->already || append(edit->root, jti)) &&
            notes_add_token(notes, revocation->revocable, revocation->already,
                            revocation->reason)) ||
           vault_fail_no_memory(failure);
}

static bool take_away(struct vault_keyring_edit *edit, json_t *notes, void *context,
                      struct vault_failure *failure)
{
    const struct revocation *revocation = context;
    json_t *tokens = json_object_get(edit->root, "revokedTokens");
    const json_t *jti = json_object_get(revocation->revocable, "jti");
    const size_t count = json_array_size(tokens);
    for (size_t place; (place = place_of(tokens, jti)) < json_array_size(tokens);)
        json_array_remove(tokens, place);
    notes_remove_token(notes, jti);
    return json_array_size(tokens) < count ||
           vault_fail(failure, "nothing was changed: this jti is not revoked: see vaultctl list");
}

static bool print_member(const char *label, const json_t *revocable, const char *name)
{
    fputs(label, stdout);
    return terminal_write_json(json_object_get(revocable, name), 0);
}

/* What the token allowed, or that only its jti is known. */
static bool print_revocable(const json_t *revocable)
{
    const bool expires = json_object_get(revocable, "exp") != NULL;
    if (json_object_get(revocable, "kid") == NULL)
        return print_member("jti ", revocable, "jti");
    bool printed = print_member("token ", revocable, "jti");
    printed = print_member(": subject ", revocable, "sub") && printed;
    printed = print_member(", organization ", revocable, "aud") && printed;
    if (!expires)
        fputs(", without an expiry", stdout);
    return (!expires || print_member(", expires ", revocable, "exp")) && printed;
}

/* By what else gateways reject the token. */
static const char *also(const json_t *revocable)
{
    const char *status = json_string_value(json_object_get(revocable, "status"));
    if (status != NULL && strcmp(status, "expired") == 0)
        return " (it has expired)";
    return status != NULL && strcmp(status, "revoked_key") == 0 ? " (its key is revoked, too)" : "";
}

static bool print_line(const char *done, const json_t *revocable, const char *effect)
{
    const bool known = json_object_get(revocable, "kid") != NULL;
    fputs(done, stdout);
    const bool printed = print_revocable(revocable);
    printf("%s\n", known ? also(revocable) : effect);
    return printed;
}

/* `status` is what gateways found before the change. */
static bool print_document(const json_t *revocable, bool revoked, bool already)
{
    json_t *document = json_copy((json_t *)(uintptr_t)revocable);
    if (json_object_set_new(document, "revoked", json_boolean(revoked)) != 0 ||
        json_object_set_new(document, "already", json_boolean(already)) != 0) {
        json_decref(document);
        return false;
    }
    json_object_del(document, "status");
    return terminal_print_document(document);
}

enum exit_code run_revoke_token(const struct options *options)
{
    struct revocation revocation = {.reason = options->reason};
    struct given given;
    enum exit_code code = revocable_given(options, &given);
    if (code == EXIT_DONE)
        code = revocable_read(options, &given, &revocation.revocable);
    if (code == EXIT_DONE)
        code = keyring_change(options, false, add, &revocation);
    if (code == EXIT_DONE &&
        !(options->json != NULL
              ? print_document(revocation.revocable, true, revocation.already)
              : print_line(revocation.already ? "already revoked: " : "revoked ",
                           revocation.revocable, ": gateways reject every token that has it")))
        code = report(EXIT_UNUSABLE, "revoked, but out of memory to say what");
    json_decref(revocation.revocable);
    return code;
}

enum exit_code run_unrevoke(const struct options *options)
{
    struct revocation revocation = {0};
    struct given given;
    enum exit_code code = revocable_given(options, &given);
    if (code == EXIT_DONE)
        code = revocable_read_listed(options, &given, &revocation.revocable);
    if (code == EXIT_DONE)
        code = keyring_change(options, false, take_away, &revocation);
    if (code == EXIT_DONE &&
        !(options->json != NULL ? print_document(revocation.revocable, false, false)
                                : print_line("not revoked any more: ", revocation.revocable, "")))
        code = report(EXIT_UNUSABLE, "not revoked any more, but out of memory to say what");
    json_decref(revocation.revocable);
    return code;
}
