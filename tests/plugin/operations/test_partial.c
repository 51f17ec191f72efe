// SPDX-License-Identifier: MIT
/* Lists of IDs of which some can not be read: each of them fails by itself, the others do not. */
#include <criterion/criterion.h>
#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/plugin/operations/world.h"

enum { LIST = 2048 };

/* Makes the title "1" one that can't be read. */
#define DAMAGE "UPDATE integration SET title = CAST(X'ff' AS TEXT) WHERE title = '1'"

static struct world world;

static void open_root(void)
{
    char config[512];
    snprintf(config, sizeof config,
             "{\"database\":{\"root\":\"%s\",\"suspendedReads\":false,"
             "\"busyTimeoutMilliseconds\":30}}",
             world.scratch.path);
    world.instance = mock_create(world.host, config);
}

static void make_with_root(void)
{
    world_prepare(&world);
    open_root();
}

static void make_with_path(void)
{
    world_make(&world, "");
}

static void clean(void)
{
    world_end(&world);
}

TestSuite(partial, .init = make_with_root, .fini = clean);
TestSuite(partial_of_one, .init = make_with_path, .fini = clean);

/* ---- Calls ---- */

static void append(char list[LIST], const char *id)
{
    const size_t used = strlen(list);
    snprintf(list + used, LIST - used, "%s\"%s\"", used == 0 ? "" : ",", id);
}

static struct mock_answer *load(const char *list)
{
    char ids[LIST + 2];
    snprintf(ids, sizeof ids, "[%s]", list);
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", ids, "title",
                                           NULL);
    cr_assert(answer->resolved, "%s", answer->message);
    return answer;
}

/* Whether there is one error for that member alone, with all that a rejection has. */
static bool fails(const struct mock_answer *answer, size_t place, const char *code)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(answer->errors); i++) {
        const json_t *error = json_array_get(answer->errors, i);
        const json_t *path = json_object_get(error, "path");
        count += json_array_size(path) == 1 &&
                 json_integer_value(json_array_get(path, 0)) == (json_int_t)place &&
                 strcmp(text_member(error, "extensions.code"), code) == 0 &&
                 json_is_integer(member(error, "extensions.status")) &&
                 strlen(text_member(error, "extensions.traceId")) == 32;
    }
    return count == 1;
}

static bool is_title(const struct mock_answer *answer, size_t place, const char *title)
{
    const json_t *found = member(json_array_get(answer->value, place), "title");
    return json_is_string(found) && strcmp(json_string_value(found), title) == 0;
}

/* ---- Many databases ---- */

/* Runs a script of the shell in the root. */
static void run(const char *script)
{
    char command[512];
    snprintf(command, sizeof command, "cd %s && { %s; }", world.scratch.path, script);
    cr_assert_eq(system(command), 0, "%s", script);
}

/* Opens the database to which the pattern leads, and does that with it. */
static sqlite3 *open_with(const char *pattern, const char *sql)
{
    glob_t found;
    sqlite3 *handle;
    cr_assert_eq(glob(scratch_file(&world.scratch, pattern), 0, NULL, &found), 0, "%s", pattern);
    cr_assert_eq(sqlite3_open(found.gl_pathv[0], &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
    globfree(&found);
    return handle;
}

Test(partial, each_organization_fails_by_itself)
{
    static const struct {
        const char *organization;
        bool found, fails;
    } cases[] = {
        {"good", true, false},      {"damaged", false, true}, {"locked", false, true},
        {"suspended", false, true}, {"moving", false, true},  {"erased", false, false},
        {"loop", false, true},      {"better", true, false},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    char list[LIST] = "";
    size_t position = 0;
    for (size_t i = 0; i < CASES; i++) {
        char *id = world_create(&world, cases[i].organization, cases[i].organization);
        append(list, id);
        free(id);
    }
    append(list, "01a20da5-179e-8000-8abc-494e54abcdef");
    mock_destroy(world.host, &world.instance);
    run("cp /bin/true */damaged/integrations.db; for state in suspended moving erased; do "
        "echo $state | tee */$state/lease; done; "
        "shelf=$(dirname */loop); mv $shelf away; ln -s $shelf $shelf");
    open_root();
    sqlite3 *locker = open_with("*/locked/integrations.db", "BEGIN IMMEDIATE");
    for (int round = 0; round < 2; round++) { /* First, none is open. */
        struct mock_answer *answer = load(list);
        for (size_t i = 0; i < CASES; i++) {
            const char *organization = cases[i].organization;
            cr_expect_eq(is_title(answer, i, organization), cases[i].found, "%s", organization);
            cr_expect_eq(fails(answer, i, "SERVICE_UNAVAILABLE"), cases[i].fails, "%s",
                         organization);
        }
        cr_expect_eq(json_array_size(answer->errors), 5, "%zu", json_array_size(answer->errors));
        mock_answer_free(&answer);
    }
    cr_expect_not_null(mock_find_log(world.host, &position, "organization 'damaged'"));
    sqlite3_close(locker);
}

/* What an actor may not read is not asked: that it fails must not show that it is there. */
Test(partial, what_may_not_be_read_does_not_fail)
{
    char list[LIST] = "", ids[LIST + 2];
    char *good = world_create(&world, "good", "good"), *damaged = world_create(&world, "bad", "x");
    append(list, good);
    append(list, damaged);
    mock_destroy(world.host, &world.instance);
    run("cp /bin/true */bad/integrations.db");
    open_root();
    struct mock_request request;
    mock_request(&request, "actor");
    mock_grant(&request, "good", 15);
    snprintf(ids, sizeof ids, "[%s]", list);
    struct mock_answer *answer = mock_load(world.host, world.instance, "Integration", ids, "title",
                                           &request);
    expect_json(answer->value, "[{\"title\":\"good\"},null]");
    expect_json(answer->errors, "[]");
    mock_answer_free(&answer);
    free(good);
    free(damaged);
}

Test(partial, a_deadline_ends_all)
{
    char list[LIST] = "", ids[LIST + 2];
    struct mock_request request;
    for (int i = 0; i < 2; i++) {
        char *id = world_create(&world, i == 0 ? "good" : "better", "x");
        append(list, id);
        free(id);
    }
    snprintf(ids, sizeof ids, "[%s]", list);
    mock_request_all(&request);
    request.request.deadline = mock_monotonic() - 1;
    expect_error(mock_load(world.host, world.instance, "Integration", ids, "title", &request),
                 "SERVICE_UNAVAILABLE", "{}");
}

/* What an ID that leads nowhere is looked for in has no part in it. */
Test(partial, a_neighbour_does_not_fail)
{
    free(world_create(&world, "acme", "1"));
    mock_destroy(world.host, &world.instance);
    sqlite3_close(open_with("*/acme/integrations.db", DAMAGE));
    open_root();
    json_decref(
        world_resolve(&world, "integrations", "total { count }", "{\"organizationId\":\"acme\"}"));
    struct mock_answer *answer = load("\"01a20da5-179e-8000-8abc-494e54abcdef\"");
    expect_json(answer->value, "[null]");
    expect_json(answer->errors, "[]");
    mock_answer_free(&answer);
}

/* ---- One database ---- */

Test(partial_of_one, a_damaged_row_fails_by_itself)
{
    char list[LIST] = "";
    size_t position = 0;
    for (int i = 0; i < 3; i++) {
        char title[] = {(char)('0' + i), '\0'};
        char *id = world_create(&world, "acme", title);
        append(list, id);
        free(id);
    }
    mock_destroy(world.host, &world.instance);
    sqlite3_close(open_with("integrations.db", DAMAGE));
    world.instance = mock_create(world.host, world_config(&world, ""));
    struct mock_answer *answer = load(list);
    cr_expect(is_title(answer, 0, "0"));
    cr_expect(fails(answer, 1, "INTERNAL_ERROR"));
    cr_expect(is_title(answer, 2, "2"));
    mock_answer_free(&answer);
    cr_expect_not_null(mock_find_log(world.host, &position, "a text is too long or not UTF-8"));
}
