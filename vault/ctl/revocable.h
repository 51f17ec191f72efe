// SPDX-License-Identifier: MIT
/* What revoke-token is asked to revoke: a token, or a `jti` that tokens may have. */
#ifndef VAULT_CTL_REVOCABLE_H
#define VAULT_CTL_REVOCABLE_H

#include <jansson.h>

#include "vault/ctl/commands.h"
#include "vault/ctl/given.h"

/* Reads the operand. Reports one that is too long. */
enum exit_code revocable_given(const struct options *options, struct given *ret_given);

/*
 * Gives an object with `jti` and, if a token was given, `kid`, `sub`, `aud`, `exp` if the token has
 * it, and `status`, the name of what gateways find ("ok", "expired", …). The caller drops it.
 * Reports what can't be revoked: what is neither a token nor a `jti`, a token that no key of the
 * keyring has signed, and one without `jti`.
 */
enum exit_code revocable_read(const struct options *options, const struct given *given,
                              json_t **ret_revocable);

/*
 * The same, but what the keyring lists is taken as it is given, although it may be no `jti`:
 * earlier releases listed whatever they got.
 */
enum exit_code revocable_read_listed(const struct options *options, const struct given *given,
                                     json_t **ret_revocable);

#endif
