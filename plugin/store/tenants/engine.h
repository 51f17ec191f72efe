// SPDX-License-Identifier: MIT
/*
 * A database for each organization, below the folder `database.root`. Each read and change is led
 * to the database of its organization, or of those whose organizations have the tag of its IDs
 * (base/organization.h); the engine of the databases does the rest.
 */
#ifndef PLUGIN_STORE_TENANTS_ENGINE_H
#define PLUGIN_STORE_TENANTS_ENGINE_H

#include "plugin/store/engine.h"

extern const struct store_engine tenants_engine;

#endif
