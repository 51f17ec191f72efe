// SPDX-License-Identifier: MIT
#include "vault/ctl/keyring_change.h"

enum exit_code keyring_change(const struct options *options, keyring_change_fn *change,
                              void *context)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    if (!vault_keyring_edit_begin(options->keyring, false, &edit, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    const bool done = change(&edit, context, &failure) &&
                      vault_keyring_edit_commit(&edit, &failure);
    vault_keyring_edit_end(&edit);
    if (!done)
        return report(EXIT_UNUSABLE, "%s", failure.message);
    warn_if_changeable(options->keyring);
    return EXIT_DONE;
}
