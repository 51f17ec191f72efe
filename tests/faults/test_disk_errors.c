// SPDX-License-Identifier: MIT
/* Operations while calls that SQLite makes of the system fail: what the host's log says. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

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

static uint32_t health(void)
{
    char reason[256];
    const gql_health *extension = mock_plugin(world.host)->extension(GQL_EXT_HEALTH);
    return extension->check(world.instance, reason, sizeof reason);
}

/* Nobody calls any more, since the health is bad. It must not take the minute that it is kept. */
Test(disk_errors, health_comes_back_without_a_call)
{
    static const struct {
        const char *field, *arguments;
        enum vfs_fault fault;
    } cases[] = {
        {"integrationCreate", "{\"input\":{\"organizationId\":\"acme\",\"title\":\"y\"}}",
         VFS_FULL},
        {"integrationCreate", "{\"input\":{\"organizationId\":\"acme\",\"title\":\"y\"}}",
         VFS_IOERR},
        {"integrations", "{\"organizationId\":\"acme\"}", VFS_IOERR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        free(world_create(&world, "acme", "x"));
        vfs_fail(cases[i].fault, 1, 1000000);
        for (int call = 0; call < 3; call++) {
            struct mock_answer *answer = world_call(&world, cases[i].field, NULL, NULL, "%s",
                                                    cases[i].arguments);
            cr_expect_not(answer->resolved);
            mock_answer_free(&answer);
        }
        for (int look = 0; look < 30; look++) { /* Longer than until the first probe. */
            cr_expect_eq(health(), GQL_HEALTH_FAILED, "%zu, look %d", i, look);
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        }
        vfs_mend();
        for (int look = 0; look < 400 && health() != GQL_HEALTH_OK; look++)
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        expect_health(&world, GQL_HEALTH_OK, "");
    }
}
