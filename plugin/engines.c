// SPDX-License-Identifier: MIT
#include "plugin/engines.h"

#ifdef PLUGIN_POSTGRES
#include "plugin/store/postgres/engine.h"
#endif
#include "plugin/store/sqlite/engine.h"
#include "plugin/store/tenants/engine.h"

const struct store_engine *const store_engines[] = {
    &sqlite_engine,
    &tenants_engine,
#ifdef PLUGIN_POSTGRES
    &postgres_engine,
#endif
    NULL,
};
