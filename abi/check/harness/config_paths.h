// SPDX-License-Identifier: MIT
/* The paths in a configuration: strings that its schema marks with `"format": "path"`. */
#ifndef CHECK_HARNESS_CONFIG_PATHS_H
#define CHECK_HARNESS_CONFIG_PATHS_H

#include <jansson.h>

#include "gql_plugin.h"

/* The schema of a member of an object. NULL if there is none. */
const json_t *config_member_schema(const json_t *schema, const char *name);

/*
 * Returns the configuration of a file, as a host would pass it: relative paths are taken from the
 * file's folder. NULL if out of memory. The caller frees it. `file` is NULL for a configuration
 * that comes from no file, which stays as it is.
 */
char *config_paths_resolve(const gql_plugin *plugin, const char *config, const char *file);

#endif
