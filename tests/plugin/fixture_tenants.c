// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/engine.h"
#include "tests/plugin/fixture.h"

const struct store_engine *const fixture_engine = &tenants_engine;
