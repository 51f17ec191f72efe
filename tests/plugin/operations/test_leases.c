// SPDX-License-Identifier: MIT
/* Two gateways on one root, and a tool that suspends, moves and erases an organization. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

static struct world world;
static gql_instance *gateways[2];

static const char *config_with(const char *more)
{
    static char config[512];
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s\"%s}}", world.scratch.path, more);
    return config;
}

static void start(const char *more)
{
    for (int i = 0; i < 2; i++)
        gateways[i] = mock_create(world.host, config_with(more));
    world.instance = gateways[0];
}

static void stop(void)
{
    for (int i = 0; i < 2; i++)
        mock_destroy(world.host, &gateways[i]);
    world.instance = NULL;
}

static void make(void)
{
    setenv("DATABASE", "root", 1);
    world_prepare(&world);
    start("");
}

static void clean(void)
{
    stop();
    world_end(&world);
}

TestSuite(leases, .init = make, .fini = clean);

/* ---- The tool ---- */

static void run(const char *script)
{
    char command[512];
    snprintf(command, sizeof command, "cd %s && { %s; }", world.scratch.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

/* Opens acme's lease and writes into it. */
static int tool_writes(const char *text, size_t size)
{
    const int file = open(scratch_file(&world.scratch, "7b/acme/lease"), O_RDWR | O_CLOEXEC);
    cr_assert_geq(file, 0, "there is no lease: %s", strerror(errno));
    cr_assert_eq(ftruncate(file, 0), 0);
    cr_assert_eq(pwrite(file, text, size, 0), (ssize_t)size);
    return file;
}

static void tool_says(const char *state)
{
    close(tool_writes(state, strlen(state)));
}

static bool try_lock(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

/* Returns the file with the exclusive lock, when all gateways have let go. */
static int tool_takes(const char *state)
{
    const int file = tool_writes(state, strlen(state));
    bool locked = false;
    for (int i = 0; i < 2000 && !(locked = try_lock(file)); i++)
        usleep(5000);
    cr_assert(locked, "a gateway holds the lease");
    return file;
}

/* ---- The gateways ---- */

#define CREATE "{\"input\":{\"organizationId\":\"%s\",\"title\":\"x\"}}"

/* The code of the error, or "". */
static const char *create_in(const char *organization_id)
{
    static _Thread_local char code[64];
    struct mock_answer *answer = world_call(&world, "integrationCreate", NULL, NULL, CREATE,
                                            organization_id);
    snprintf(code, sizeof code, "%s", answer->resolved ? "" : answer->code);
    mock_answer_free(&answer);
    return code;
}

static const char *read_of(const char *id)
{
    static char code[64];
    struct mock_answer *answer = world_call(&world, "integration", "title", NULL, "{\"id\":\"%s\"}",
                                            id);
    snprintf(code, sizeof code, "%s", answer->resolved ? "" : answer->code);
    mock_answer_free(&answer);
    return code;
}

/* Waits until creating gives that code, in both gateways. */
static void wait_for(const char *code)
{
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        bool met = false;
        for (int k = 0; k < 500 && !(met = strcmp(create_in("acme"), code) == 0); k++)
            usleep(20000);
        cr_assert(met, "gateway %d: '%s' is not '%s'", i, create_in("acme"), code);
    }
}

static void read_from_both(const char *id)
{
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        cr_assert_str_eq(read_of(id), "");
    }
}

/* Both gateways have acme's and beta's database open. Returns an ID of acme's. */
static char *open_all(void)
{
    char *id = world_create(&world, "acme", "x");
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        cr_assert_str_eq(read_of(id), "");
        cr_assert_str_eq(create_in("beta"), "");
    }
    return id;
}

static int total_of(const char *organization_id)
{
    json_t *value = world_resolve(&world, "integrations", "total { count }",
                                  "{\"organizationId\":\"%s\"}", organization_id);
    const int total = (int)json_integer_value(member(value, "total.count"));
    json_decref(value);
    return total;
}

/* Whether this process has one of acme's files open. */
static bool has_open_files(void)
{
    return system("ls -l /proc/$PPID/fd | grep -q 7b/acme/integrations") == 0;
}

static void expect_log(const char *text)
{
    size_t position = 0;
    cr_expect_not_null(mock_find_log(world.host, &position, text), "no line has: %s", text);
}

/* ---- Suspended ---- */

Test(leases, a_suspended_organization_is_read_but_not_written)
{
    char *id = open_all();
    tool_says("suspended\n");
    wait_for("SERVICE_UNAVAILABLE");
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        cr_expect_str_eq(read_of(id), "");
        cr_expect_str_eq(create_in("beta"), "");
        expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                                "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"y\"}}", id),
                     "SERVICE_UNAVAILABLE", "{}");
        expect_error(world_call(&world, "integrationDelete", NULL, NULL,
                                "{\"input\":{\"id\":\"%s\",\"version\":1}}", id),
                     "SERVICE_UNAVAILABLE", "{}");
    }
    expect_log("organization 'acme' is suspended; its changes are rejected");
    expect_health(&world, GQL_HEALTH_OK, "");
    stop();
    start("");
    cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE", "after a restart");
    cr_expect_str_eq(read_of(id), "");
    tool_says("active\n");
    wait_for("");
    expect_log("organization 'acme' is active again");
    free(id);
}

Test(leases, a_suspended_organization_is_not_read_if_so_configured)
{
    stop();
    start(",\"suspendedReads\":false");
    char *id = open_all();
    tool_says("suspended");
    wait_for("SERVICE_UNAVAILABLE");
    for (int round = 0; round < 2; round++) {
        cr_expect_str_eq(read_of(id), "SERVICE_UNAVAILABLE");
        expect_error(world_call(&world, "integrations", NULL, NULL,
                                "{\"organizationId\":\"acme\"}"),
                     "SERVICE_UNAVAILABLE", "{}");
        cr_expect_eq(total_of("beta"), 2 + round);
        cr_expect_str_eq(create_in("beta"), "");
        stop();
        start(",\"suspendedReads\":false");
    }
    expect_log("is suspended; its calls are rejected");
    free(id);
}

Test(leases, nothing_is_made_for_a_suspended_organization)
{
    run("mkdir -p 7b/acme && echo suspended > 7b/acme/lease");
    cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE");
    cr_expect_eq(total_of("acme"), 0);
    run("test ! -e 7b/acme/integrations.db");
}

/* What else is damaged: tests/plugin/store/tenants/test_lease.c. */
Test(leases, a_damaged_lease_suspends)
{
    char *id = open_all();
    tool_says("activ");
    wait_for("SERVICE_UNAVAILABLE");
    cr_expect_str_eq(read_of(id), "");
    expect_log("its lease is damaged. Write active, suspended, moving or erased into it");
    tool_says("");
    wait_for("");
    free(id);
}

/* ---- Moving ---- */

Test(leases, a_tool_gets_the_files_of_an_organization_that_moves)
{
    char *id = open_all();
    const int early = open(scratch_file(&world.scratch, "7b/acme/lease"), O_RDWR | O_CLOEXEC);
    cr_expect_not(try_lock(early), "a lock that the gateways should have shared");
    close(early);
    const int file = tool_takes("moving\n");
    cr_expect_not(has_open_files());
    run("mv 7b/acme/integrations.db kept");
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        cr_expect_str_eq(read_of(id), "SERVICE_UNAVAILABLE");
        cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE");
        cr_expect_str_eq(create_in("beta"), "");
    }
    expect_log("organization 'acme' is being moved");
    run("mv kept 7b/acme/integrations.db");
    cr_assert_eq(pwrite(file, "active\n", 7, 0), 7);
    cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE", "the tool has it still");
    expect_log("organization 'acme' is locked by a tool");
    close(file);
    for (int i = 0; i < 2; i++) {
        world.instance = gateways[i];
        cr_expect_str_eq(read_of(id), "");
        cr_expect_str_eq(create_in("acme"), "");
    }
    cr_expect_eq(total_of("acme"), 3);
    free(id);
}

/* A restore is over before a call comes. */
Test(leases, one_that_was_closed_and_turned_no_call_away_is_said_to_be_active_again)
{
    char *id = open_all();
    close(tool_takes("moving\n"));
    expect_log("organization 'acme' is being moved, restored or reindexed");
    tool_says("active");
    cr_expect_str_eq(read_of(id), "");
    expect_log("organization 'acme' is active again");
    free(id);
}

/* A lease is worth making room for: it says what became of the database. */
Test(leases, where_there_is_no_room_one_that_moves_is_no_less_missed)
{
    char *id = open_all();
    close(tool_takes("moving"));
    run("mv 7b/acme/integrations.db kept");
    stop();
    start(",\"maxOpen\":1");
    cr_expect_eq(total_of("beta"), 2);
    cr_expect_str_eq(read_of(id), "SERVICE_UNAVAILABLE");
    run("mv kept 7b/acme/integrations.db");
    tool_says("active");
    cr_expect_str_eq(read_of(id), "");
    free(id);
}

struct writer {
    pthread_t thread;
    int stored;
};

static atomic_bool ended;

static void *write_on(void *user)
{
    struct writer *writer = user;
    while (!atomic_load(&ended)) {
        const char *code = create_in("acme");
        writer->stored += code[0] == '\0';
        cr_assert(code[0] == '\0' || strcmp(code, "SERVICE_UNAVAILABLE") == 0, "%s", code);
        usleep(1000);
    }
    return NULL;
}

Test(leases, nothing_is_lost_where_calls_and_moves_meet)
{
    struct writer writers[3] = {0};
    char *id = open_all();
    int stored = 1;
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
    for (int i = 0; i < 3; i++) {
        const int file = tool_takes("moving");
        cr_expect_not(has_open_files());
        run("mkdir -p elsewhere && mv 7b/acme/integrations.db elsewhere && "
            "mv elsewhere/integrations.db 7b/acme");
        cr_assert_eq(ftruncate(file, 0), 0);
        close(file);
        usleep(100000);
    }
    atomic_store(&ended, true);
    for (int i = 0; i < 3; i++) {
        pthread_join(writers[i].thread, NULL);
        stored += writers[i].stored;
    }
    cr_expect_gt(stored, 1);
    cr_expect_eq(total_of("acme"), stored);
    free(id);
}

/* ---- Erased ---- */

Test(leases, an_erased_organization_does_not_come_back)
{
    char *id = open_all();
    close(tool_takes("erased\n"));
    run("rm 7b/acme/integrations.db*");
    for (int round = 0; round < 2; round++) {
        cr_expect_str_eq(read_of(id), "NOT_FOUND");
        cr_expect_eq(total_of("acme"), 0);
        cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE");
        expect_error(world_call(&world, "integrationUpdate", NULL, NULL,
                                "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"y\"}}", id),
                     "NOT_FOUND", "{}");
        stop();
        start("");
    }
    expect_log("organization 'acme' was erased, as its tombstone says");
    expect_log("7b/acme/lease");
    run("test ! -e 7b/acme/integrations.db");
    cr_expect_str_eq(create_in("beta"), "");
    free(id);
}

/* Of each organization that is turned away, though others were a moment before. */
Test(leases, each_that_is_turned_away_is_named_and_when_it_is_served_again)
{
    free(open_all());
    stop();
    run("for each in 7b/acme c5/beta; do echo moving > $each/lease; done");
    start("");
    cr_expect_str_eq(create_in("acme"), "SERVICE_UNAVAILABLE");
    cr_expect_str_eq(create_in("beta"), "SERVICE_UNAVAILABLE");
    expect_log("organization 'acme' is being moved");
    expect_log("organization 'beta' is being moved");
    run("for each in 7b/acme c5/beta; do echo active > $each/lease; done");
    cr_expect_str_eq(create_in("acme"), "");
    expect_log("organization 'acme' is active again");
    cr_expect_str_eq(create_in("beta"), "");
    expect_log("organization 'beta' is active again");
}

/* ---- The file itself ---- */

/* Gateways take the lock of the file that is at the path, so that tools meet them there. */
Test(leases, a_lease_that_is_deleted_or_replaced_is_taken_again)
{
    static const char *const scripts[] = {"rm 7b/acme/lease",
                                          "echo active > next && mv next 7b/acme/lease"};
    char *id = open_all();
    size_t position = 0;
    for (int i = 0; i < 2; i++) {
        run(scripts[i]);
        for (int gateway = 0; gateway < 2; gateway++) {
            bool seen = false;
            for (int k = 0; k < 1000 && !seen; k++) {
                usleep(10000);
                seen = mock_find_log(world.host, &position, "'acme' has another lease") != NULL;
            }
            cr_assert(seen, "%s", scripts[i]);
        }
        read_from_both(id);
        close(tool_takes("moving"));
        cr_expect_not(has_open_files());
        tool_says("active");
        read_from_both(id);
    }
    free(id);
}

Test(leases, what_is_no_file_is_no_lease)
{
    static const char *const scripts[] = {"mkdir 7b/acme/lease", "mkfifo 7b/acme/lease",
                                          "ln -s /etc/hostname 7b/acme/lease"};
    char *id = open_all();
    for (int i = 0; i < 3; i++) {
        stop();
        run("rm -r 7b/acme/lease");
        run(scripts[i]);
        start("");
        cr_expect_str_eq(read_of(id), "SERVICE_UNAVAILABLE", "%s", scripts[i]);
        cr_expect_str_eq(create_in("beta"), "");
    }
    expect_log("organization 'acme' can't be served");
    free(id);
}
