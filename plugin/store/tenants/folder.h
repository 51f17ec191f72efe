// SPDX-License-Identifier: MIT
/* An organization's folder, and the database in it. */
#ifndef PLUGIN_STORE_TENANTS_FOLDER_H
#define PLUGIN_STORE_TENANTS_FOLDER_H

#include "plugin/store/tenants/databases.h"

/*
 * Makes an organization's folder, `{root}/7b/acme`, and the one that holds it, durably, unless they
 * are there. False: errno says why not. `path` is the same on return.
 */
bool folder_make(const char *root, char *path);

/*
 * Refuses an organization's folder that has a folder in it, which folder_empty could not remove, or
 * a symbolic link, whose file it would leave. Nobody makes one but by hand.
 */
int32_t folder_check(const char *folder, gql_failure *failure);

/* A file's name, borrowed. False: memory ran out. */
typedef bool folder_file_fn(void *user, const char *name, long long bytes);

/* Gives the files that folder_empty removes to `take`. */
int32_t folder_list(const char *folder, folder_file_fn *take, void *user, gql_failure *failure);

/*
 * Removes all files in an organization's folder but its lease, which the caller holds alone, what
 * that said before, and the receipt of an erasure: the database, its log, what was kept and what
 * was begun. Durable on return.
 */
int32_t folder_empty(const char *folder, gql_failure *failure);

/*
 * STORE_OK if there is a database, or a lease, for the organization; otherwise as folder_open. The
 * detail may be changed.
 */
enum store_status folder_look(const char *root, struct text organization_id,
                              struct store_detail *detail);

/*
 * Opens the database of an entry, which belongs to its organization alone, and takes its lease;
 * makes both if the entry `makes` them. STORE_OK: database->store says how far it is (engine.h).
 * STORE_NOT_FOUND if there is none. STORE_STOPPED, and the log says why, also if the lease does not
 * allow it. Otherwise the detail says what is wrong. STORE_SHORTAGE: of descriptors or locks.
 */
enum store_status folder_open(struct database *database, struct store_detail *detail);

/* Goes on with one that is not open yet. As folder_open. */
enum store_status folder_go_on(struct database *database, struct store_detail *detail);

/*
 * For one that is not open yet: whether the lease, which may say something else by now, still
 * allows it. Unless it is STORE_OK, the store is closed, and the lease given back.
 */
enum store_status folder_check_lease(struct database *database);

/* Closes one that is not open yet, for that reason; STORE_STOPPED is logged. */
void folder_give_up(struct database *database, enum store_status status,
                    const struct store_detail *detail);

#endif
