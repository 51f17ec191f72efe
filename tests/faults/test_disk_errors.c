// SPDX-License-Identifier: MIT
/* Operations while calls that SQLite makes of the system fail: what the host's log says. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/faults/vfs.h"
#include "tests/plugin/operations/world.h"

static struct world world;

static void make(void)
{
    vfs_install();
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(disk_errors, .init = make, .fini = clean);

/* SQLite's log does not reach the host's. The plugin's own lines say what it would. */
Test(disk_errors, are_logged_with_their_cause)
{
    static const struct {
        const char *field, *arguments;
    } calls[] = {
        {"integrationCreate", "{\"input\":{\"organizationId\":\"acme\",\"title\":\"y\"}}"},
        {"integrations", "{\"organizationId\":\"acme\"}"},
    };
    struct mock_request request;
    mock_request_all(&request);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        size_t position = 0;
        free(world_create(&world, "acme", "x"));
        vfs_fail(VFS_IOERR, 1, 1000);
        struct mock_answer *answer = world_call(&world, calls[i].field, NULL, &request, "%s",
                                                calls[i].arguments);
        cr_expect_gt(vfs_mend(), 0);
        expect_error(answer, "INTERNAL_ERROR", "{}");
        const char *line = mock_find_log(world.host, &position, "disk I/O error");
        cr_assert_not_null(line, "%s", calls[i].field);
        cr_expect_not_null(strstr(line, scratch_file(&world.scratch, "integrations.db")), "%s",
                           line);
        world_restart(&world, "");
    }
}
