// SPDX-License-Identifier: MIT
/*
 * What the engine of a database tells the operator is told of an organization, and of the setting
 * that the operator knows: database.root, where the engine says database.path.
 */
#ifndef PLUGIN_STORE_TENANTS_DATABASE_VOICE_H
#define PLUGIN_STORE_TENANTS_DATABASE_VOICE_H

#include "plugin/store/tenants/database_table.h"

/* Sets the functions of the options for the store of that database. */
void database_voice_lend(struct database *database, struct store_options *options);

/* Copies a message, with the setting that the operator knows; cut if it is too long. */
void database_voice_copy(char *target, size_t size, const char *message);

#endif
