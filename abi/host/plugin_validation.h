// SPDX-License-Identifier: MIT
#ifndef GQL_PLUGIN_VALIDATION_H
#define GQL_PLUGIN_VALIDATION_H

#include "gql_plugin.h"

/*
 * Whether a plugin's struct meets gql_plugin.h: version, sizes of structs, required members and
 * strings. `path` is for the message.
 */
int32_t gql_plugin_validate(const char *path, const gql_plugin *plugin, gql_failure *failure);

/* The steps, in this order: each may be called only after the ones before it have succeeded. */
int32_t gql_plugin_validate_version(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure);
int32_t gql_plugin_validate_sizes(const char *path, const gql_plugin *plugin, gql_failure *failure);
int32_t gql_plugin_validate_members(const char *path, const gql_plugin *plugin,
                                    gql_failure *failure);
int32_t gql_plugin_validate_config_schema(const char *path, const gql_plugin *plugin,
                                          gql_failure *failure);

#endif
