// SPDX-License-Identifier: MIT
/* Where an organization's own files are. Names of organizations are those of tenant_name.h. */
#ifndef PLUGIN_BASE_TENANT_PATH_H
#define PLUGIN_BASE_TENANT_PATH_H

#include "gql_plugin.h"
#include "plugin/base/text.h"

/* The files in an organization's folder. */
#define TENANT_DATABASE "integrations.db"
#define TENANT_LEASE "lease"
#define TENANT_LEASE_FORMER "lease.former"
#define TENANT_RECEIPT "erased.json" /* Of an erasure; a tool's. */

/*
 * Writes `{root}/7b/acme`: the organization's folder, in one that is named after the first byte of
 * its tag, so that no folder gets too large. False if it does not fit into `capacity` bytes with
 * its NUL, or if the ID is none (tenant_name_make). Any thread.
 */
bool tenant_folder(const char *root, struct text organization_id, char *ret_path, size_t capacity);

/*
 * Checks a template of paths, in which `{organization}` stands for an organization's name. Returns
 * GQL_OK, or GQL_E_CONFIG with a failure that names the setting and the placeholder. Any thread.
 */
int32_t tenant_template_check(const char *setting, const char *pattern, gql_failure *failure);

/*
 * Fills in a template. False if the path does not fit into `capacity` bytes with its NUL, or if the
 * ID is none. Any thread.
 */
bool tenant_template_fill(const char *pattern, struct text organization_id, char *ret_path,
                          size_t capacity);

#endif
