// SPDX-License-Identifier: MIT
/* The engine for one machine: a SQLite file in WAL mode. */
#ifndef PLUGIN_STORE_SQLITE_ENGINE_H
#define PLUGIN_STORE_SQLITE_ENGINE_H

#include "plugin/store/engine.h"

extern const struct store_engine sqlite_engine;

#endif
