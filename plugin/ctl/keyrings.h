// SPDX-License-Identifier: MIT
/*
 * The option --keyring: the vault's keyring, or, with {organization} in its path, a keyring for
 * each organization, as the setting credentials.keyring has them. One thread.
 */
#ifndef PLUGIN_CTL_KEYRINGS_H
#define PLUGIN_CTL_KEYRINGS_H

#include <jansson.h>

#include "plugin/base/text.h"
#include "plugin/ctl/commands.h"
#include "vault/keyring.h"

struct keyrings {
    const char *path;             /* NULL: there is no keyring. */
    struct vault_keyring *shared; /* NULL: each organization has its own. */
    json_t *loaded;               /* Addresses by path; 0: it can't be used. */
};

/* `path` is borrowed; NULL: no keyring. Reports what is wrong. Close it in any case. */
enum exit_code keyrings_open(struct keyrings *keyrings, const char *path);
void keyrings_close(struct keyrings *keyrings);

/*
 * The keyring for an organization's tokens, which `keyrings` owns; NULL without one. One that can't
 * be used is reported once; *ret_code is then EXIT_UNUSABLE, and else stays as it is.
 */
struct vault_keyring *keyrings_of(struct keyrings *keyrings, struct text organization_id,
                                  enum exit_code *ret_code);

#endif
