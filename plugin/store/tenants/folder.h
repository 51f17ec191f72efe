// SPDX-License-Identifier: MIT
/* An organization's folder, and the database in it. */
#ifndef PLUGIN_STORE_TENANTS_FOLDER_H
#define PLUGIN_STORE_TENANTS_FOLDER_H

#include "plugin/store/tenants/databases.h"

/* Refuses a root that is no folder, or where nothing can be made. */
int32_t folder_check_root(const char *root, gql_failure *failure);

/* How many databases may be open: database.maxOpen, and what the limit of descriptors allows. */
int folder_most_open(const json_t *settings);

/* STORE_OK if there is a database, or a lease, for the visit; otherwise as folder_open. */
enum store_status folder_look(const char *root, struct visit *visit);

/*
 * Opens an organization's database, which belongs to it alone, and takes its lease; makes both if
 * the visit does. STORE_NOT_FOUND if there is none. STORE_STOPPED, and the log says why, also if
 * the lease does not allow it. Otherwise the visit's detail says what is wrong. STORE_SHORTAGE: of
 * descriptors or locks. The ID must outlive the store.
 */
enum store_status folder_open(struct databases *databases, struct text organization_id,
                              struct visit *visit, struct lease *lease, struct store **ret_store);

#endif
