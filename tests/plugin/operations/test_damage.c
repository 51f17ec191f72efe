// SPDX-License-Identifier: MIT
/* Operations on a SQLite database that somebody damages. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "tests/plugin/operations/world.h"

static struct world world;

static void make(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(damage, .init = make, .fini = clean);

/*
 * The client's error reveals nothing of the database; the log has the cause under the same trace
 * ID.
 */
Test(damage, internal_errors_stay_inside)
{
    sqlite3 *handle;
    size_t position = 0;
    free(world_create(&world, "acme", "x"));
    cr_assert_eq(sqlite3_open(scratch_file(&world.scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "DROP TABLE organization", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    struct mock_request request;
    mock_request_all(&request);
    request.request.trace_id = "0af7651916cd43dd8448eb211c80319c";
    struct mock_answer *answer = world_call(&world, "integrations", NULL, &request,
                                            "{\"organizationId\":\"acme\"}");
    char *all = json_dumps(answer->extensions, 0);
    cr_expect_null(strstr(all, "organization"), "%s", all);
    cr_expect_null(strstr(all, "SQL"), "%s", all);
    cr_expect_null(strstr(all, world.scratch.path), "%s", all);
    free(all);
    expect_error(answer, "INTERNAL_ERROR", "{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\"}");
    cr_expect_not_null(mock_find_log(world.host, &position, "no such table"),
                       "the log does not say it");
}

/* A version is a 32-bit integer: it does not begin again. */
Test(damage, the_last_version_can_not_be_updated)
{
    sqlite3 *handle;
    char *id = world_create(&world, "acme", "x");
    cr_assert_eq(sqlite3_open(scratch_file(&world.scratch, "integrations.db"), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "UPDATE integration SET version = 2147483647", NULL, NULL,
                              NULL),
                 SQLITE_OK);
    sqlite3_close(handle);
    struct mock_request request;
    mock_request_all(&request);
    struct mock_answer *answer = world_call(&world, "integrationUpdate", NULL, &request,
                                            "{\"input\":{\"id\":\"%s\",\"version\":2147483647}}",
                                            id);
    expect_error(answer, "VALIDATION_ERROR", "{\"field\":\"input.version\"}");
    free(id);
}
