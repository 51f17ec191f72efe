// SPDX-License-Identifier: MIT
/* A second SQLite in the process, of which the operator is warned. */
#include <criterion/criterion.h>
#include <dlfcn.h>

#include "tests/plugin/fixture.h"

static void open_and_close(const struct scratch *scratch)
{
    struct store *store = fixture_open(scratch, "und");
    fixture_close(&store);
}

Test(other_sqlite, is_named_once_and_only_if_there_is_one)
{
    const struct scratch scratch = scratch_make();
    open_and_close(&scratch);
    cr_expect_null(strstr(fixture_log(), "two copies of SQLite"), "%s", fixture_log());
    void *second = dlopen(getenv("SECOND_SQLITE"), RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(second, "%s", dlerror());
    open_and_close(&scratch);
    open_and_close(&scratch);
    const char *line = strstr(fixture_log(), "two copies of SQLite");
    cr_assert_not_null(line, "%s", fixture_log());
    cr_expect_not_null(strstr(line, getenv("SECOND_SQLITE")), "%s", line);
    cr_expect_null(strstr(line + 1, "two copies of SQLite"), "%s", line);
    dlclose(second);
    scratch_remove(&scratch);
}
