// SPDX-License-Identifier: MIT
/* What the vault's keyring says today of a credentialRef that was accepted earlier. */
#ifndef PLUGIN_CTL_TOKEN_VERDICT_H
#define PLUGIN_CTL_TOKEN_VERDICT_H

#include "plugin/base/integration.h"
#include "vault/keyring.h"

/*
 * Why it would be rejected now, whenever it expires: its token or key was revoked, or its key is
 * not known. NULL: it would not. The integration has a credentialRef; `now` is Unix milliseconds.
 */
const char *token_revocation(struct vault_keyring *keyring, const struct integration *integration,
                             int64_t now);

#endif
