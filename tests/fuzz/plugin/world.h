// SPDX-License-Identifier: MIT
/* An instance of the plugin with a keyring and some rows, for targets that call its resolvers. */
#ifndef FUZZ_PLUGIN_WORLD_H
#define FUZZ_PLUGIN_WORLD_H

#include "tests/fuzz/plugin/operations.h"

/* A folder in memory with the keyring, which is removed when the program exits. */
const char *world_folder(void);

/* Creates an instance on the file `database` of the folder. Returns what the plugin returns. */
int32_t world_create(gql_instance **ret_instance, gql_failure *failure);

/* Adds the rows, and names them and a token that is good in the organization acme. */
void world_fill(gql_instance *instance, struct fuzz_names *names);

/*
 * Undoes a mutation that was resolved: afterwards there are the same rows again, under the names,
 * but with other IDs. `call` is a copy of the mutation's, which has not been called.
 */
void world_undo(gql_instance *instance, enum fuzz_operation operation, const struct fuzz_call *call,
                struct fuzz_names *names);

/* Drains and destroys the instance, and removes the database. */
void world_remove(gql_instance **instance);

#endif
