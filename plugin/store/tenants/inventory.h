// SPDX-License-Identifier: MIT
#ifndef PLUGIN_STORE_TENANTS_INVENTORY_H
#define PLUGIN_STORE_TENANTS_INVENTORY_H

#include "plugin/store/tenants/databases.h"

/*
 * As store_take_inventory: each organization below the root, or the one that `store` is bound to,
 * by what its lease says, and the tokens of those whose databases are open.
 */
enum inventory_step tenants_take_inventory(struct store *store, struct databases *databases,
                                           struct store_inventory *inventory);

#endif
