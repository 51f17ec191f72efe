// SPDX-License-Identifier: MIT
/* Takes the place of plugin/engines.c. */
#include "plugin/engines.h"

#include "tests/plugin/late_engine/engine.h"

const struct store_engine *const store_engines[] = {&late_engine, NULL};
