// SPDX-License-Identifier: MIT
/* The commands retire and revoke. */
#include <stdio.h>
#include <string.h>

#include "vault/ctl/keyring_change.h"
#include "vault/ctl/notes.h"
#include "vault/tool/terminal.h"

struct new_state {
    const char *id;
    const char *state;
    const char *reason;
    bool already;
    bool leaves_none; /* No key is active afterwards. */
};

static const char *state_of(const json_t *entry)
{
    return json_string_value(json_object_get(entry, "state"));
}

static bool has_active(const json_t *root)
{
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(root, "keys"), index, entry)
        if (strcmp(state_of(entry), "active") == 0)
            return true;
    return false;
}

/* A secret that is given by mistake must not be repeated. */
static bool fail_unknown(const char *id, struct vault_failure *failure)
{
    if (strncmp(id, "k4.pid.", strlen("k4.pid.")) != 0)
        return vault_fail(failure,
                          "KID must be the ID of a key, k4.pid.…, as vaultctl list prints it");
    return vault_fail(failure, "the keyring has no key '%.64s': see vaultctl list", id);
}

static bool set_state(struct vault_keyring_edit *edit, json_t *notes, void *context,
                      struct vault_failure *failure)
{
    struct new_state *new = context;
    json_t *entry = vault_keyring_edit_find(edit, new->id);
    if (entry == NULL)
        return fail_unknown(new->id, failure);
    new->already = strcmp(state_of(entry), new->state) == 0;
    if (strcmp(state_of(entry), "revoked") == 0 && !new->already)
        return vault_fail(failure, "the key %s is revoked: that can't be undone", new->id);
    if (json_object_set_new(entry, "state", json_string(new->state)) != 0 ||
        !notes_add_key(notes, new->id, new->state, new->already, new->reason))
        return vault_fail_no_memory(failure);
    new->leaves_none = !has_active(edit->root);
    return true;
}

static bool print_change(const struct new_state *new, const char *effect, bool json)
{
    if (json)
        return terminal_print_document(json_pack("{s:s, s:s, s:b}", "kid", new->id, "state",
                                                 new->state, "already", new->already));
    printf("%s%s %s: %s\n", new->already ? "already " : "", new->state, new->id, effect);
    return true;
}

static enum exit_code change_state(const struct options *options, const char *state,
                                   const char *effect)
{
    struct new_state new = {.id = options->operand, .state = state, .reason = options->reason};
    const enum exit_code code = keyring_change(options, false, set_state, &new);
    if (code != EXIT_DONE)
        return code;
    if (new.leaves_none)
        report(EXIT_DONE,
               "warning: no key of the keyring is active: make one with vaultctl keygen");
    return print_change(&new, effect, options->json != NULL)
               ? EXIT_DONE
               : report(EXIT_UNUSABLE, "%s, but out of memory to say so", state);
}

enum exit_code run_retire(const struct options *options)
{
    return change_state(options, "retired",
                        "its tokens stay valid; issue no more with its secret key");
}

enum exit_code run_revoke(const struct options *options)
{
    return change_state(options, "revoked", "gateways reject every token that it has signed");
}
