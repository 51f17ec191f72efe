// SPDX-License-Identifier: MIT
/*
 * The engine that keeps the database on a PostgreSQL server, which many gateways may share. All
 * that it does waits for the network, so every read is late. It needs libpq at run time only, and
 * only if it is used.
 */
#ifndef PLUGIN_STORE_POSTGRES_ENGINE_H
#define PLUGIN_STORE_POSTGRES_ENGINE_H

#include "plugin/store/engine.h"

extern const struct store_engine postgres_engine;

#endif
