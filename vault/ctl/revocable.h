// SPDX-License-Identifier: MIT
/* What revoke-token is asked to revoke: a token, or a `jti` that tokens may have. */
#ifndef VAULT_CTL_REVOCABLE_H
#define VAULT_CTL_REVOCABLE_H

#include <jansson.h>

#include "vault/ctl/commands.h"

/*
 * Reads the operand. Gives an object with `jti` and, if the operand is a token, `kid`, `sub`,
 * `aud`, `exp` if the token has it, and `status`, the name of what gateways find ("ok", "expired",
 * …). The caller drops it. Reports what can't be revoked: what is neither a token nor a `jti`, a
 * token that no key of the keyring has signed, and one without `jti`.
 */
enum exit_code revocable_read(const struct options *options, json_t **ret_revocable);

#endif
