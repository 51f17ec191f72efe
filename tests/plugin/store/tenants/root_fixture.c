// SPDX-License-Identifier: MIT
#include "tests/plugin/store/tenants/root_fixture.h"

#include <criterion/criterion.h>

struct scratch scratch;
struct store *store;

void root_open(void)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(fixture_try_open_path(scratch.path, "0600", "und", &store, &failure), GQL_OK, "%s",
                 failure.message);
}

void root_set_up(void)
{
    scratch = scratch_make();
    root_open();
}

void root_tear_down(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}
