// SPDX-License-Identifier: MIT
/*
 * A storage engine for tests: in memory, on a thread of its own, which completes every read and
 * every mutation after the call has returned. The suites of operations run on it, to prove that
 * nothing above the store relies on SQLite or on inline reads.
 *
 * Stores with the same `database.path` share one database. It is written to that file when the last
 * store closes and read when the first one opens.
 */
#ifndef TESTS_PLUGIN_LATE_ENGINE_ENGINE_H
#define TESTS_PLUGIN_LATE_ENGINE_ENGINE_H

#include "plugin/store/engine.h"

extern const struct store_engine late_engine;

#endif
