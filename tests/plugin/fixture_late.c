// SPDX-License-Identifier: MIT
#include "tests/plugin/fixture.h"
#include "tests/plugin/late_engine/engine.h"

const struct store_engine *const fixture_engine = &late_engine;

const char *fixture_place(const char *path)
{
    return path;
}
