// SPDX-License-Identifier: MIT
#ifndef PLUGIN_STORE_SQLITE_INVENTORY_H
#define PLUGIN_STORE_SQLITE_INVENTORY_H

#include "plugin/store/store.h"

/* As store_take_inventory: gives the tokens, in the order of the rows. */
enum inventory_step sqlite_take_inventory(struct store *store, struct store_inventory *inventory);

#endif
