// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "plugin/store/postgres/engine.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

const struct store_engine *const fixture_engine = &postgres_engine;

__attribute__((constructor)) static void choose(void)
{
    fixture_prepared_statements = !space_is_pooled();
}

const char *fixture_place(const char *path)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    return space_url(folder);
}
