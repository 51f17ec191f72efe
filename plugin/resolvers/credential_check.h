// SPDX-License-Identifier: MIT
/* Checks a credentialRef against the instance's keyring and policy. */
#ifndef PLUGIN_RESOLVERS_CREDENTIAL_CHECK_H
#define PLUGIN_RESOLVERS_CREDENTIAL_CHECK_H

#include "plugin/instance/instance.h"

/* The instance has a keyring. `organization_id` is what the token must be issued for. */
enum vault_token_status credential_check(const gql_instance *instance, struct text token,
                                         struct text organization_id);

#endif
