// SPDX-License-Identifier: MIT
/* The command revoke-token. */
#include <stdio.h>
#include <string.h>

#include "vault/bytes.h"
#include "vault/ctl/keyring_change.h"
#include "vault/ctl/revocable.h"
#include "vault/tool/terminal.h"

struct revocation {
    json_t *jti; /* Borrowed. */
    bool already;
};

static bool lists(const json_t *tokens, const json_t *jti)
{
    size_t index;
    json_t *token;
    json_array_foreach(tokens, index, token)
        if (json_equal(token, jti))
            return true;
    return false;
}

static bool add(struct vault_keyring_edit *edit, void *context, struct vault_failure *failure)
{
    struct revocation *revocation = context;
    json_t *tokens = json_object_get(edit->root, "revokedTokens");
    revocation->already = lists(tokens, revocation->jti);
    if (revocation->already)
        return true;
    if (tokens == NULL) {
        tokens = json_array();
        if (json_object_set_new(edit->root, "revokedTokens", tokens) != 0)
            return vault_fail_no_memory(failure);
    }
    return json_array_append(tokens, revocation->jti) == 0 || vault_fail_no_memory(failure);
}

static bool print_member(const char *label, const json_t *revocable, const char *name)
{
    fputs(label, stdout);
    return terminal_write_json(json_object_get(revocable, name), 0);
}

/* One line: what the token allowed, or that only its jti is known. */
static bool print_revocable(const json_t *revocable)
{
    const bool expires = json_object_get(revocable, "exp") != NULL;
    if (json_object_get(revocable, "kid") == NULL) {
        const bool printed = print_member("jti ", revocable, "jti");
        fputs(": gateways reject every token that has it", stdout);
        return printed;
    }
    bool printed = print_member("token ", revocable, "jti");
    printed = print_member(": subject ", revocable, "sub") && printed;
    printed = print_member(", organization ", revocable, "aud") && printed;
    if (!expires)
        fputs(", without an expiry", stdout);
    return (!expires || print_member(", expires ", revocable, "exp")) && printed;
}

/* What gateways reject anyway, and by what. */
static const char *also(const json_t *revocable)
{
    const char *status = json_string_value(json_object_get(revocable, "status"));
    if (status != NULL && strcmp(status, "expired") == 0)
        return " (it has expired)";
    return status != NULL && strcmp(status, "revoked_key") == 0 ? " (its key is revoked, too)" : "";
}

enum exit_code run_revoke_token(const struct options *options)
{
    json_t *revocable = NULL;
    enum exit_code code = revocable_read(options, &revocable);
    struct revocation revocation = {.jti = json_object_get(revocable, "jti")};
    if (code == EXIT_DONE)
        code = keyring_change(options, add, &revocation);
    if (code == EXIT_DONE) {
        fputs(revocation.already ? "already revoked: " : "revoked ", stdout);
        if (!print_revocable(revocable))
            code = report(EXIT_UNUSABLE, "revoked, but out of memory to say what");
        puts(also(revocable));
    }
    json_decref(revocable);
    return code;
}
