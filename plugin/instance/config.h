// SPDX-License-Identifier: MIT
/* The configuration of an instance; schema/config.schema.json describes every setting. */
#ifndef PLUGIN_INSTANCE_CONFIG_H
#define PLUGIN_INSTANCE_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "gql_plugin.h"
#include "plugin/base/executors.h"
#include "plugin/base/identifier.h"
#include "plugin/base/text.h"
#include "plugin/store/store.h"

struct config {
    json_t *root; /* Owns what the members point to. */

    const json_t *database; /* Its members are the storage engine's. */

    struct text organization; /* No text: not bound to an organization. */

    const char *keyring;      /* NULL: every credentialRef is rejected. */
    bool keyring_is_template; /* Each organization has its own: tenant_template_fill. */
    const char *issuer;       /* NULL: any. */
    int leeway_seconds;
    bool require_expiry;

    const char *locale;
    struct identifier_mint mint;
    struct text error_type_base;
    bool records_denials;
    struct store_retention retention;
    int event_poll_ms;

    int pending_mutations;
    int pending_of_each; /* Organization. */
    struct executors_sizes threads;
};

/*
 * GQL_OK, GQL_E_CONFIG with the setting and the rule named, or GQL_E_NO_MEMORY. Any thread. The
 * first call parses the schema of the configuration, which the process keeps.
 */
int32_t config_init(struct config *config, const char *json, size_t size, gql_failure *failure);
void config_finish(struct config *config);

/* When the storage engine has read the setting: hosts keep many instances. */
void config_drop_database(struct config *config);

/* Frees the schema that config_init keeps, while no other function of this header runs. */
void config_forget_schema(void);

#endif
