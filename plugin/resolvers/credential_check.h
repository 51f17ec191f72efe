// SPDX-License-Identifier: MIT
/* Checks a credentialRef against the organization's keyring and the instance's policy. */
#ifndef PLUGIN_RESOLVERS_CREDENTIAL_CHECK_H
#define PLUGIN_RESOLVERS_CREDENTIAL_CHECK_H

#include "plugin/instance/instance.h"

/*
 * A keyring is configured; its file may have to be read. `organization_id` is what the token must
 * be issued for.
 */
enum vault_token_status credential_check(gql_instance *instance, struct text token,
                                         struct text organization_id);

#endif
