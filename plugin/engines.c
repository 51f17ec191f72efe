// SPDX-License-Identifier: MIT
#include "plugin/engines.h"

#include "plugin/store/sqlite/engine.h"
#include "plugin/store/tenants/engine.h"

const struct store_engine *const store_engines[] = {&sqlite_engine, &tenants_engine, NULL};
