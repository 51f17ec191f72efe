// SPDX-License-Identifier: MIT
#include "vault/ctl/keyring_change.h"

#include "vault/ctl/notes.h"

static bool check_reason(const char *reason, struct vault_failure *failure)
{
    const char *mistake = reason == NULL ? NULL : reason_mistake(reason);
    return mistake == NULL || vault_fail(failure, "--reason %s", mistake);
}

/* Gateways need the keyring, and people can do without notes: these never prevent a change. */
static enum exit_code change_both(struct vault_keyring_edit *edit, keyring_change_fn *change,
                                  void *context)
{
    struct vault_failure failure, unread;
    json_t *notes = NULL;
    const bool read = notes_read(edit->real, &notes, &unread);
    if (!read)
        notes = notes_make();
    enum exit_code code = EXIT_DONE;
    if (!change(edit, notes, context, &failure) || !vault_keyring_edit_commit(edit, &failure))
        code = report(EXIT_UNUSABLE, "%s", failure.message);
    else if (!read || !notes_write(edit->real, notes, &edit->access, &failure))
        code = report(EXIT_UNUSABLE, "the keyring is changed, but its notes are not: %s",
                      read ? failure.message : unread.message);
    json_decref(notes);
    return code;
}

enum exit_code keyring_change(const struct options *options, bool may_make,
                              keyring_change_fn *change, void *context)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    if (!check_reason(options->reason, &failure))
        return report(EXIT_USAGE, "%s", failure.message);
    if (!vault_keyring_edit_begin(options->keyring, may_make, &edit, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const enum exit_code code = change_both(&edit, change, context);
    vault_keyring_edit_end(&edit);
    if (code == EXIT_DONE)
        warn_if_changeable(options->keyring);
    return code;
}
