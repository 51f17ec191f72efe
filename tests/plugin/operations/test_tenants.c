// SPDX-License-Identifier: MIT
/* Operations where each organization has a database of its own: who is where, and what is open. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/plugin/operations/world.h"

static struct world world;

static void make(void)
{
    setenv("DATABASE", "root", 1);
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(tenants, .init = make, .fini = clean);

/* An instance whose databases are at most so many. */
static void restart_with(int most)
{
    char config[512];
    mock_destroy(world.host, &world.instance);
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s\",\"maxOpen\":%d}}",
             world.scratch.path, most);
    world.instance = mock_create(world.host, config);
}

/* Runs a script of the shell in the root. */
static void run(const char *script)
{
    char command[512];
    snprintf(command, sizeof command, "cd %s && { %s; }", world.scratch.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

static bool exists(const char *name)
{
    return access(scratch_file(&world.scratch, name), F_OK) == 0;
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* The value of `integration` by its ID, or NULL if it is not found; other errors fail the test. */
static char *title_of(const char *id, const struct mock_request *request)
{
    struct mock_answer *answer = world_call(&world, "integration", "title", request,
                                            "{\"id\":\"%s\"}", id);
    char *title = NULL;
    if (answer->resolved)
        title = strdup(text_member(answer->value, "title"));
    else
        cr_assert_str_eq(answer->code, "NOT_FOUND", "%s: %s", id, answer->message);
    mock_answer_free(&answer);
    return title;
}

static void expect_title(const char *id, const char *expected)
{
    char *title = title_of(id, NULL);
    cr_expect_not_null(title, "%s is not found", id);
    if (title != NULL)
        cr_expect_str_eq(title, expected);
    free(title);
}

static void expect_total(const char *organization_id, int total)
{
    json_t *value = world_resolve(&world, "integrations", "total { count } nodes { id }",
                                  "{\"organizationId\":\"%s\"}", organization_id);
    cr_expect_eq(json_integer_value(member(value, "total.count")), total, "%s", organization_id);
    cr_expect_eq(json_array_size(member(value, "nodes")), (size_t)total, "%s", organization_id);
    json_decref(value);
}

/* ---- Where things are ---- */

Test(tenants, each_has_a_database_of_its_own_and_reading_makes_none)
{
    char config[512];
    expect_total("acme", 0);
    cr_expect_not(exists("7b"));
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "../acme", "y"));
    expect_total("acme", 1);
    expect_total("../acme", 1);
    expect_total("ACME", 0);
    mock_destroy(world.host, &world.instance);
    const char *path = scratch_file(&world.scratch, "7b/acme/integrations.db");
    struct stat found;
    cr_assert_eq(stat(path, &found), 0, "%s", path);
    cr_expect_eq(found.st_mode & 0777, 0600);
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s\"}}", path);
    mock_create_fails(world.host, config, &failure);
    cr_expect_not_null(strstr(failure.message, "belongs to"), "%s", failure.message);
    snprintf(config, sizeof config, "{\"database\":{\"path\":\"%s\"},\"organization\":\"acme\"}",
             path);
    world.instance = mock_create(world.host, config);
    expect_total("acme", 1);
}

Test(tenants, ids_lead_home)
{
    /* The last two share a tag: tests/plugin/base/test_organization.c. */
    static const char *const organizations[] = {"acme", "beta", "org-1955", "org-2482"};
    char *ids[4], list[512];
    for (int i = 0; i < 4; i++)
        ids[i] = world_create(&world, organizations[i], organizations[i]);
    for (int i = 0; i < 4; i++)
        expect_title(ids[i], organizations[i]);
    snprintf(list, sizeof list, "[\"%s\",\"%s\",\"nonsense\",\"%s\",\"%s\",\"%s\"]", ids[3], ids[0],
             ids[2], ids[1], ids[3]);
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", list, "title",
                                           NULL);
    cr_assert(answer->resolved, "%s", answer->message);
    expect_json(answer->value, "[{\"title\":\"org-2482\"},{\"title\":\"acme\"},null,"
                               "{\"title\":\"org-1955\"},{\"title\":\"beta\"},"
                               "{\"title\":\"org-2482\"}]");
    mock_answer_free(&answer);
    for (int i = 0; i < 4; i++) {
        json_decref(world_resolve(&world, "integrationUpdate", NULL,
                                  "{\"input\":{\"id\":\"%s\",\"version\":1,\"title\":\"new\"}}",
                                  ids[i]));
        expect_title(ids[i], "new");
        json_decref(world_resolve(&world, "integrationDelete", NULL,
                                  "{\"input\":{\"id\":\"%s\",\"version\":2}}", ids[i]));
        expect_total(organizations[i], 0);
        cr_expect_null(title_of(ids[i], NULL));
        free(ids[i]);
    }
}

/* A cursor is signed with the secret of its database. */
Test(tenants, a_cursor_of_another_organization_is_rejected)
{
    free(world_create(&world, "acme", "x"));
    free(world_create(&world, "beta", "y"));
    json_t *value = world_resolve(&world, "integrations", "pageInfo { endCursor }",
                                  "{\"organizationId\":\"acme\"}");
    const char *cursor = text_member(value, "pageInfo.endCursor");
    expect_error(world_call(&world, "integrations", NULL, NULL,
                            "{\"organizationId\":\"beta\",\"after\":\"%s\"}", cursor),
                 "VALIDATION_ERROR", "{\"field\":\"after\"}");
    json_decref(value);
}

/* Not even opened: a database that is damaged would show. */
Test(tenants, what_an_actor_may_not_read_is_not_asked)
{
    struct mock_request request;
    char *id = world_create(&world, "acme", "x");
    size_t position = mock_log_count(world.host);
    mock_request(&request, "actor");
    mock_grant(&request, "beta", 15);
    mock_destroy(world.host, &world.instance);
    run("cp /bin/true 7b/acme/integrations.db");
    world.instance = mock_create(world.host, world_config(&world, ""));
    cr_expect_null(title_of(id, &request));
    cr_expect_null(mock_find_log(world.host, &position, "integrations.db"));
    free(id);
}

Test(tenants, what_else_is_below_the_root_is_named_once_and_left_alone)
{
    size_t position = 0;
    char *id = world_create(&world, "acme", "x");
    run("mkdir 7b/NOTES 7b/OTHER 7b/.hidden");
    world_restart(&world, "");
    expect_title(id, "x");
    cr_expect_not_null(mock_find_log(world.host, &position, "is not the name of an organization"));
    position++;
    cr_expect_null(mock_find_log(world.host, &position, "is not the name of"));
    free(id);
}

Test(tenants, a_root_that_can_not_be_used_is_refused)
{
    static const struct {
        const char *config;
        const char *said;
    } cases[] = {
        {"{\"database\":{\"root\":\"/no such folder\"}}", "'/no such folder': No such file"},
        {"{\"database\":{\"root\":\"/bin/true\"}}", "'/bin/true' is not a folder"},
        {"{\"database\":{\"root\":\"/tmp\"},\"collation\":{\"locale\":\"!\"}}", "BCP 47"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        mock_create_fails(world.host, cases[i].config, &failure);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s", failure.message);
    }
}

static void be_a_common_user(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0)
        return;
    run("chown -R 65534 .");
    cr_assert_eq(setresuid(NOBODY, NOBODY, 0), 0);
}

Test(tenants, what_may_not_be_written_is_named_with_mode_and_owner)
{
    char config[512];
    size_t position = 0;
    gql_failure failure = {.struct_size = sizeof failure};
    be_a_common_user();
    run("mkdir -m 0500 closed");
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s/closed\"}}", world.scratch.path);
    mock_create_fails(world.host, config, &failure);
    cr_expect_not_null(strstr(failure.message, "/closed' (mode 0500, owner "), "%s",
                       failure.message);
    cr_expect_not_null(strstr(failure.message, ": let the user that runs the gateway"), "%s",
                       failure.message);
    run("mkdir -m 0500 7b");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    const char *line = mock_find_log(world.host, &position, "/7b' (mode 0500, owner ");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "organization 'acme'"), "%s", line);
    run("chmod 0700 7b; mkdir -m 0500 7b/acme");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    run("chmod 0700 7b/acme");
    free(world_create(&world, "acme", "x"));
    world_restart(&world, "");
    run("chmod 0000 7b/acme/lease");
    expect_error(world_call(&world, "integrations", NULL, NULL, "{\"organizationId\":\"acme\"}"),
                 "SERVICE_UNAVAILABLE", "{}");
    cr_expect_not_null(mock_find_log(world.host, &position, "/7b/acme/lease' (mode 0000, owner "));
}

/* The operator knows no database.path: each line says whose database it is about. */
Test(tenants, messages_of_a_database_name_organization_and_root)
{
    size_t position = 0;
    char *id = world_create(&world, "acme", "x");
    cr_expect_not_null(
        mock_find_log(world.host, &position, "organization 'acme': database.root: '/"));
    mock_destroy(world.host, &world.instance);
    run("cp /bin/true 7b/acme/integrations.db");
    world.instance = mock_create(world.host, world_config(&world, ""));
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", id),
                 "SERVICE_UNAVAILABLE", "{}");
    const char *line = mock_find_log(world.host, &position, "'acme' can't be served");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "database.root: opening failed"), "%s", line);
    cr_expect_not_null(strstr(line, "7b/acme/integrations.db"), "%s", line);
    cr_expect_not_null(strstr(line, "restore a backup"), "%s", line);
    position = 0;
    cr_expect_null(mock_find_log(world.host, &position, "database.path"));
    free(id);
}

/* ---- What is open ---- */

Test(tenants, few_are_open_and_nothing_is_lost)
{
    enum { ORGANIZATIONS = 20, ROUNDS = 3 };
    char *ids[ROUNDS][ORGANIZATIONS], name[32];
    restart_with(2);
    expect_total("none", 0);
    const size_t before = count_descriptors();
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ORGANIZATIONS; i++) {
            snprintf(name, sizeof name, "organization-%d", i);
            ids[round][i] = world_create(&world, name, name);
        }
    }
    cr_expect_leq(count_descriptors(), before + 2 * 8);
    for (int i = 0; i < ORGANIZATIONS; i++) {
        snprintf(name, sizeof name, "organization-%d", i);
        expect_total(name, ROUNDS);
        for (int round = 0; round < ROUNDS; round++) {
            expect_title(ids[round][i], name);
            free(ids[round][i]);
        }
    }
}

struct worker {
    pthread_t thread;
    int first;
    char *ids[40];
};

static void *work(void *user)
{
    struct worker *worker = user;
    char name[32];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "organization-%d", (worker->first + i) % 13);
        worker->ids[i] = world_create(&world, name, name);
        expect_title(worker->ids[i], name);
    }
    return NULL;
}

/* More threads than databases that may be open: calls wait for each other's; none is refused. */
Test(tenants, threads_share_one_place)
{
    struct worker workers[6];
    restart_with(1);
    for (int i = 0; i < 6; i++) {
        workers[i].first = i * 5;
        cr_assert_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(workers[i].thread, NULL);
        for (int k = 0; k < 40; k++)
            free(workers[i].ids[k]);
    }
    int total = 0;
    for (int i = 0; i < 13; i++) {
        char name[32];
        snprintf(name, sizeof name, "organization-%d", i);
        json_t *value = world_resolve(&world, "integrations", "total { count }",
                                      "{\"organizationId\":\"%s\"}", name);
        total += (int)json_integer_value(member(value, "total.count"));
        json_decref(value);
    }
    cr_expect_eq(total, 6 * 40);
}

/* Where descriptors run out, databases that nobody uses are closed for others. */
Test(tenants, a_shortage_of_descriptors_closes_others)
{
    struct rlimit former, limit;
    char name[32];
    restart_with(500);
    free(world_create(&world, "acme", "x"));
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
    limit = (struct rlimit){count_descriptors() + 20, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "organization-%d", i);
        free(world_create(&world, name, "x"));
    }
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "organization-%d", i);
        expect_total(name, 1);
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
}

/* No database is open that could tell whether calls succeed. */
static bool is_healthy(void)
{
    char reason[256];
    const gql_health *health = mock_plugin(world.host)->extension(GQL_EXT_HEALTH);
    return health->check(world.instance, reason, sizeof reason) == GQL_HEALTH_OK;
}

Test(tenants, health_comes_back_after_a_shortage)
{
    struct rlimit former, limit;
    free(world_create(&world, "acme", "x"));
    restart_with(1);
    expect_total("nobody", 0);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
    limit = (struct rlimit){count_descriptors() + 1, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int i = 0; i < 3; i++) {
        expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                     "SERVICE_UNAVAILABLE", "{}");
        expect_error(world_call(&world, "integrations", "total { count }", NULL,
                                "{\"organizationId\":\"acme\"}"),
                     "SERVICE_UNAVAILABLE", "{}");
    }
    for (int look = 0; look < 30; look++) {
        expect_health(&world, GQL_HEALTH_FAILED, "short of resources");
        usleep(50000);
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
    for (int look = 0; look < 400 && !is_healthy(); look++)
        usleep(50000);
    expect_health(&world, GQL_HEALTH_OK, "");
}

/* ---- One that fails ---- */

/* Of each organization a line a minute, not one of all. */
Test(tenants, the_log_names_each_that_fails_once_a_minute)
{
    const char *names[] = {"acme", "beta"};
    char *ids[2], said[64];
    for (int i = 0; i < 2; i++)
        ids[i] = world_create(&world, names[i], "x");
    mock_destroy(world.host, &world.instance);
    run("for i in 7b/acme c5/beta; do cp /bin/true $i/integrations.db; done");
    world.instance = mock_create(world.host, world_config(&world, ""));
    for (int i = 0; i < 4; i++)
        expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", ids[i % 2]),
                     "SERVICE_UNAVAILABLE", "{}");
    for (int i = 0; i < 2; i++) {
        size_t position = 0;
        snprintf(said, sizeof said, "organization '%s' can't be served", names[i]);
        cr_expect_not_null(mock_find_log(world.host, &position, said), "%s", said);
        cr_expect_null(mock_find_log(world.host, &position, said), "twice: %s", said);
        free(ids[i]);
    }
}

Test(tenants, one_that_fails_fails_alone_and_comes_back)
{
    char *good = world_create(&world, "acme", "good"), *bad = world_create(&world, "beta", "bad");
    size_t position = 0;
    mock_destroy(world.host, &world.instance);
    run("mv c5/beta kept; mkdir c5/beta; cp /bin/true c5/beta/integrations.db");
    world.instance = mock_create(world.host, world_config(&world, ""));
    expect_title(good, "good");
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", bad),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"beta\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    cr_expect_not_null(mock_find_log(world.host, &position, "beta"));
    expect_health(&world, GQL_HEALTH_DEGRADED, "organization 'beta' can't be served");
    expect_total("acme", 1);
    run("rm -r c5/beta; mv kept c5/beta");
    expect_title(bad, "bad");
    expect_health(&world, GQL_HEALTH_OK, "");
    free(world_create(&world, "beta", "after"));
    free(good);
    free(bad);
}

Test(tenants, one_that_was_emptied_begins_anew_with_a_warning)
{
    size_t position = 0;
    free(world_create(&world, "acme", "gone"));
    mock_destroy(world.host, &world.instance);
    run(": >7b/acme/integrations.db");
    world.instance = mock_create(world.host, world_config(&world, ""));
    expect_total("acme", 0);
    const char *line = mock_find_log(world.host, &position, "was an empty file");
    cr_assert_not_null(line);
    cr_expect_not_null(strstr(line, "organization 'acme': database.root: '/"), "%s", line);
    free(world_create(&world, "acme", "after"));
    expect_total("acme", 1);
}

static void change_database(const char *name, const char *sql)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&world.scratch, name), &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

/* A migration that fails: its table is there already. And a schema that is too new. */
Test(tenants, one_that_can_not_be_migrated_is_refused_with_the_reason)
{
    static const struct {
        const char *sql, *said;
    } cases[] = {
        {"PRAGMA user_version = 0", "migrating"},
        {"PRAGMA user_version = 99; DELETE FROM setting WHERE name = 'oldest_reader'",
         "has schema version 99, which a plugin that supports version 99"},
    };
    char *good = world_create(&world, "acme", "good"), *bad = world_create(&world, "beta", "bad");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t position = 0;
        mock_destroy(world.host, &world.instance);
        change_database("c5/beta/integrations.db", cases[i].sql);
        world.instance = mock_create(world.host, world_config(&world, ""));
        expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", bad),
                     "SERVICE_UNAVAILABLE", "{}");
        expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                                "{\"input\":{\"organizationId\":\"beta\",\"title\":\"x\"}}"),
                     "SERVICE_UNAVAILABLE", "{}");
        cr_expect_not_null(mock_find_log(world.host, &position, cases[i].said), "%s",
                           cases[i].said);
        expect_title(good, "good");
        free(world_create(&world, "acme", "more"));
    }
    free(good);
    free(bad);
}

/* Moved away under a gateway: it fails by name until it is back. */
Test(tenants, one_that_is_moved_away_is_missed)
{
    char *id = world_create(&world, "acme", "x"), *other = world_create(&world, "beta", "y");
    run("mv 7b/acme away");
    usleep(150000); /* By then, a look at the root shows that the folder is gone. */
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", id),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_title(other, "y");
    run("mv away 7b/acme");
    expect_title(id, "x");
    free(world_create(&world, "acme", "z"));
    free(id);
    free(other);
}

static void expect_rejected(const char *id)
{
    expect_error(world_call(&world, "integration", NULL, NULL, "{\"id\":\"%s\"}", id),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrations", "total { count }", NULL,
                            "{\"organizationId\":\"acme\"}"),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrations", "total { count }", NULL,
                            "{\"organizationId\":\"nobody\"}"),
                 "SERVICE_UNAVAILABLE", "{}");
    expect_error(world_call(&world, "integrationCreate", NULL, NULL,
                            "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}"),
                 "SERVICE_UNAVAILABLE", "{}");
}

/*
 * The root is moved away while no database is open; then an empty folder is in its place, as where
 * a volume is not mounted. Also where there is no room, so that a folder is looked for first.
 */
Test(tenants, a_root_that_is_moved_away_is_missed_and_nothing_is_made_in_its_place)
{
    char *id = world_create(&world, "acme", "x"), *other = world_create(&world, "beta", "y");
    char away[256];
    snprintf(away, sizeof away, "%s.away", world.scratch.path);
    for (int with_room = 0; with_room < 2; with_room++) {
        size_t position = 0;
        restart_with(with_room ? 8 : 1);
        if (!with_room)
            expect_title(other, "y");
        cr_assert_eq(rename(world.scratch.path, away), 0);
        expect_health(&world, GQL_HEALTH_FAILED, "is not mounted");
        expect_rejected(id);
        cr_assert_eq(mkdir(world.scratch.path, 0700), 0);
        expect_rejected(id);
        expect_health(&world, GQL_HEALTH_FAILED, "is not mounted");
        cr_expect_not_null(mock_find_log(world.host, &position, "is not the folder any more"));
        cr_assert_eq(rmdir(world.scratch.path), 0, "something was made");
        cr_assert_eq(rename(away, world.scratch.path), 0);
        expect_title(id, "x");
        free(world_create(&world, "acme", "z"));
        cr_expect_not_null(mock_find_log(world.host, &position, "is back"));
        for (int look = 0; look < 400 && !is_healthy(); look++)
            usleep(50000);
        expect_health(&world, GQL_HEALTH_OK, "");
    }
    free(id);
    free(other);
}

/* ---- Two gateways ---- */

Test(tenants, two_gateways_share_a_root)
{
    gql_instance *first = world.instance;
    gql_instance *second = mock_create(world.host, world_config(&world, ""));
    char *ids[6];
    for (int i = 0; i < 6; i++) {
        world.instance = i % 2 == 0 ? first : second;
        ids[i] = world_create(&world, i < 4 ? "acme" : "beta", "x");
    }
    for (int i = 0; i < 6; i++) {
        world.instance = i % 2 == 0 ? second : first;
        expect_title(ids[i], "x");
        expect_total("acme", 4);
        free(ids[i]);
    }
    world.instance = first;
    mock_destroy(world.host, &second);
}

/* The organizations share a tag: tests/plugin/base/test_organization.c. */
Test(tenants, what_another_gateway_makes_is_found_at_once)
{
    char list[128];
    gql_instance *first = world.instance;
    gql_instance *second = mock_create(world.host, world_config(&world, ""));
    char *known = world_create(&world, "org-1955", "x");
    run("touch -d 2000-01-01 *"); /* What has just changed is listed again in any case. */
    expect_title(known, "x");
    world.instance = second;
    char *new = world_create(&world, "org-2482", "y");
    run("touch -d 2000-01-02 *");
    world.instance = first;
    snprintf(list, sizeof list, "[\"%s\",\"%s\"]", known, new);
    struct mock_answer *answer = mock_load(world.host, first, "Integration", list, "title", NULL);
    cr_assert(answer->resolved, "%s", answer->message);
    expect_json(answer->value, "[{\"title\":\"x\"},{\"title\":\"y\"}]");
    mock_answer_free(&answer);
    expect_title(new, "y");
    free(known);
    free(new);
    mock_destroy(world.host, &second);
}
