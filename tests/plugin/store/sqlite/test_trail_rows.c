// SPDX-License-Identifier: MIT
/* Which changes leave an event, what is read of it, and what a verification finds. */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>

#include "plugin/store/sqlite/trail_writer.h"
#include "tests/plugin/store/trails.h"

static struct scratch scratch;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
}

TestSuite(trail_rows, .init = make, .fini = clean);

/* ---- Reading ---- */

enum { KEPT = 16 };

struct kept {
    struct store_event_range range;
    int64_t limit;
    int count;
    struct trail_event events[KEPT];
    char bodies[KEPT][1024];
};

static bool keep(void *user, const struct trail_event *event)
{
    struct kept *kept = user;
    cr_assert_lt(kept->count, KEPT);
    kept->events[kept->count] = *event;
    snprintf(kept->bodies[kept->count++], sizeof *kept->bodies, "%.*s", (int)event->body.size,
             event->body.data == NULL ? "" : event->body.data);
    return true;
}

static enum store_status read_kept(struct store_reader *reader, void *context)
{
    struct kept *kept = context;
    return store_events(reader, &kept->range, kept->limit, keep, kept);
}

static struct kept read_events(const char *organization_id, const struct identifier *entity,
                               int64_t after, int64_t limit)
{
    struct kept kept = {.range = {text_of(organization_id), entity, after}, .limit = limit};
    cr_assert_eq(fixture_read(store, read_kept, &kept), STORE_OK);
    return kept;
}

static struct trail_check verify(void)
{
    return trails_verify(store, "acme");
}

/* ---- Writing ---- */

static enum store_status apply(struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

static void run_sql(const char *sql, int expected)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle), SQLITE_OK);
    const int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    cr_expect_eq(code, expected, "%s: %d, %s", sql, code, sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

static void expect_contains(const char *body, const char *part)
{
    cr_expect_not_null(strstr(body, part), "'%s' lacks '%s'", body, part);
}

Test(trail_rows, each_change_leaves_an_event_and_nothing_else_does)
{
    const gql_request request = {.actor_id = "ann", .actor_id_size = 3};
    const struct identifier id = fixture_create(store, "acme", "first", true);
    const struct store_mutation update = {.kind = STORE_UPDATE,
                                          .id = id,
                                          .expected_version = 1,
                                          .title = TEXT("second"),
                                          .request = &request};
    struct store_mutation delete = {.kind = STORE_DELETE, .id = id, .expected_version = 1};
    cr_assert_eq(apply(update), STORE_OK);
    cr_assert_eq(apply(update), STORE_CONFLICT);
    cr_assert_eq(apply(delete), STORE_CONFLICT);
    delete.expected_version = 2;
    cr_assert_eq(apply(delete), STORE_OK);
    cr_assert_eq(apply(delete), STORE_NOT_FOUND);

    const struct kept kept = read_events("acme", NULL, 0, 100);
    cr_assert_eq(kept.count, 3);
    expect_contains(kept.bodies[0], "\"eventType\":\"CREATED\"");
    expect_contains(kept.bodies[0], "\"organizationId\":\"acme\"");
    expect_contains(kept.bodies[0], "\"title\":{\"new\":\"first\"}");
    expect_contains(kept.bodies[1], "\"actorId\":\"ann\"");
    expect_contains(kept.bodies[1], "\"eventType\":\"UPDATED\"");
    expect_contains(kept.bodies[1], "\"version\":{\"old\":1,\"new\":2}");
    expect_contains(kept.bodies[1], "\"title\":{\"old\":\"first\",\"new\":\"second\"}");
    expect_contains(kept.bodies[2], "\"eventType\":\"DELETED\"");
    expect_contains(kept.bodies[2], "\"title\":{\"old\":\"second\"}");
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(kept.events[i].sequence, i + 1);
        cr_expect(identifier_equal(&kept.events[i].entity, &id));
    }
    cr_expect_arr_neq(kept.events[0].salt, kept.events[1].salt, TRAIL_SALT_SIZE);
    cr_expect_eq(verify().fault, TRAIL_SOUND);
    cr_expect_eq(verify().head.length, 3);
}

Test(trail_rows, events_are_read_from_a_position_and_of_one_integration)
{
    const struct identifier first = fixture_create(store, "acme", "a", false);
    const struct identifier second = fixture_create(store, "acme", "b", false);
    const struct identifier other = fixture_create(store, "globex", "c", true);
    const struct {
        const char *organization_id;
        const struct identifier *entity;
        int64_t after, limit;
        int count, first;
    } cases[] = {
        {"acme", NULL, 0, 100, 4, 1},    {"acme", NULL, 1, 100, 3, 2},
        {"acme", NULL, 1, 2, 2, 2},      {"acme", NULL, 4, 100, 0, 0},
        {"acme", NULL, 0, 0, 0, 0},      {"acme", &first, 0, 100, 2, 1},
        {"acme", &second, 0, 100, 2, 3}, {"acme", &second, 3, 9, 1, 4},
        {"acme", &other, 0, 9, 0, 0},    {"globex", NULL, 0, 100, 1, 1},
        {"nobody", NULL, 0, 9, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kept kept = read_events(cases[i].organization_id, cases[i].entity,
                                             cases[i].after, cases[i].limit);
        cr_expect_eq(kept.count, cases[i].count, "case %zu has %d", i, kept.count);
        if (kept.count > 0)
            cr_expect_eq(kept.events[0].sequence, cases[i].first, "case %zu", i);
    }
}

/* One of many, whatever of it: located. */
Test(trail_rows, what_was_changed_in_the_file_is_found_and_located)
{
    static const struct {
        const char *sql;
        enum trail_fault fault;
        int64_t at;
    } cases[] = {
        {"UPDATE event SET body = replace(body, 'Active', 'active') WHERE sequence = 2",
         TRAIL_BODY_CHANGED, 2},
        {"UPDATE event SET body = body || ' ' WHERE sequence = 4", TRAIL_BODY_CHANGED, 4},
        {"UPDATE event SET salt = zeroblob(16) WHERE sequence = 1", TRAIL_BODY_CHANGED, 1},
        {"UPDATE event SET salt = NULL WHERE sequence = 3", TRAIL_BODY_CHANGED, 3},
        {"UPDATE event SET digest = zeroblob(32) WHERE sequence = 3", TRAIL_BODY_CHANGED, 3},
        {"UPDATE event SET hash = zeroblob(32) WHERE sequence = 3", TRAIL_LINK_CHANGED, 3},
        {"UPDATE event SET entity = zeroblob(16) WHERE sequence = 4", TRAIL_LINK_CHANGED, 4},
        {"DELETE FROM event WHERE sequence = 2", TRAIL_GAP, 3},
        {"DELETE FROM event WHERE sequence = 4", TRAIL_TAIL_MISSING, 4},
        {"DELETE FROM event", TRAIL_TAIL_MISSING, 1},
        {"UPDATE event SET sequence = 9 WHERE sequence = 4", TRAIL_GAP, 9},
        {"DELETE FROM event WHERE sequence = 2; UPDATE event SET sequence = sequence - 1 WHERE "
         "sequence > 2",
         TRAIL_LINK_CHANGED, 2},
        {"UPDATE event SET organization = 2 WHERE sequence = 3", TRAIL_GAP, 4},
        {"UPDATE organization SET trail_length = 3 WHERE id = 'acme'", TRAIL_HEAD_CHANGED, 4},
        {"UPDATE organization SET trail_length = 5 WHERE id = 'acme'", TRAIL_TAIL_MISSING, 5},
        {"UPDATE organization SET trail_hash = zeroblob(32) WHERE id = 'acme'", TRAIL_HEAD_CHANGED,
         4},
        {"UPDATE organization SET trail_hash = NULL WHERE id = 'acme'", TRAIL_HEAD_CHANGED, 4},
        {"UPDATE organization SET trail_length = 0, trail_hash = NULL WHERE id = 'acme'",
         TRAIL_HEAD_CHANGED, 4},
    };
    fixture_create(store, "acme", "title a", false);
    fixture_create(store, "acme", "title b", false);
    fixture_create(store, "globex", "c", true);
    run_sql("DROP TRIGGER event_kept; DROP TRIGGER event_not_deleted; CREATE TABLE kept AS SELECT "
            "* FROM event; CREATE TABLE heads AS SELECT * FROM organization",
            SQLITE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char said[160];
        run_sql(cases[i].sql, SQLITE_OK);
        const struct trail_check check = verify();
        trail_check_describe(&check, said, sizeof said);
        cr_expect_eq(check.fault, cases[i].fault, "%s: %d, '%s'", cases[i].sql, check.fault, said);
        cr_expect_eq(check.at, cases[i].at, "%s: '%s'", cases[i].sql, said);
        run_sql("DELETE FROM event; INSERT INTO event SELECT * FROM kept; UPDATE organization SET "
                "(trail_length, trail_hash) = (SELECT trail_length, trail_hash FROM heads WHERE "
                "heads.key = organization.key)",
                SQLITE_OK);
        cr_expect_eq(verify().fault, TRAIL_SOUND, "it was not put back after %s", cases[i].sql);
    }
}

Test(trail_rows, events_can_only_be_appended_and_their_bodies_erased)
{
    static const char *const refused[] = {
        "DELETE FROM event WHERE sequence = 1",
        "UPDATE event SET body = '{}' WHERE sequence = 1",
        "UPDATE event SET body = NULL WHERE sequence = 1",
        "UPDATE event SET salt = NULL WHERE sequence = 1",
        "UPDATE event SET body = NULL, salt = NULL, hash = zeroblob(32) WHERE sequence = 1",
        "UPDATE event SET body = NULL, salt = NULL, entity = zeroblob(16) WHERE sequence = 1",
        "UPDATE event SET body = NULL, salt = NULL, sequence = 7 WHERE sequence = 1",
    };
    fixture_create(store, "acme", "secret", false);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        run_sql(refused[i], SQLITE_CONSTRAINT);
    run_sql("UPDATE event SET body = NULL, salt = NULL WHERE sequence = 1", SQLITE_OK);
    cr_expect_eq(verify().fault, TRAIL_SOUND);
    cr_expect_eq(verify().erased, 1);
    const struct kept kept = read_events("acme", NULL, 0, 9);
    cr_expect_str_eq(kept.bodies[0], "");
    fixture_create(store, "acme", "more", true);
    cr_expect_eq(verify().fault, TRAIL_SOUND);
}

/* ---- One transaction ---- */

/* Three of each: more organizations than heads are kept, and in turns. */
enum { ORGANIZATIONS = 2 * TRAIL_WRITER_ROWS + 3, OF_EACH = 3 };

struct pending {
    struct store_mutation mutation;
    char organization_id[16];
    sem_t done;
};

static void end_pending(struct store_mutation *mutation)
{
    integration_copy_finish(&mutation->result);
    sem_post(&((struct pending *)mutation)->done);
}

/*
 * The first of some fail, and with them the organization that they made: the next of it makes it
 * again.
 */
static void submit(struct pending *pending, int number)
{
    const int organization = number % ORGANIZATIONS;
    const bool fails = number < ORGANIZATIONS && organization % 3 == 0;
    snprintf(pending->organization_id, sizeof pending->organization_id, "org-%d", organization);
    pending->mutation =
        (struct store_mutation){.kind = STORE_CREATE,
                                .organization_id = text_of(pending->organization_id),
                                .title = fails ? TEXT("bad") : TEXT("good"),
                                .done = end_pending};
    sem_init(&pending->done, 0, 0);
    cr_assert(store_submit(store, &pending->mutation));
}

Test(trail_rows, a_batch_of_many_organizations_keeps_each_trail)
{
    static struct pending all[ORGANIZATIONS * OF_EACH];
    sqlite3 *other;
    run_sql("CREATE TRIGGER bad BEFORE INSERT ON integration WHEN new.title = 'bad' "
            "BEGIN SELECT RAISE(ABORT, 'bad'); END",
            SQLITE_OK);
    cr_assert_eq(sqlite3_open(scratch_file(&scratch, "integrations.db"), &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < ORGANIZATIONS * OF_EACH; i++)
        submit(&all[i], i);
    sqlite3_close(other); /* Until then, all wait. */
    int good[ORGANIZATIONS] = {0};
    for (int i = 0; i < ORGANIZATIONS * OF_EACH; i++) {
        sem_wait(&all[i].done);
        good[i % ORGANIZATIONS] += all[i].mutation.status == STORE_OK;
    }
    for (int i = 0; i < ORGANIZATIONS; i++) {
        const struct trail_check check = trails_verify(store, all[i].organization_id);
        cr_expect_eq(good[i], i % 3 == 0 ? OF_EACH - 1 : OF_EACH, "%d of %d", good[i], i);
        cr_expect_eq(check.fault, TRAIL_SOUND, "%s: %d", all[i].organization_id, check.fault);
        cr_expect_eq(check.head.length, good[i], "%s", all[i].organization_id);
        cr_expect_eq(fixture_counts(store, all[i].organization_id).active, good[i]);
    }
}

/* A head that can't be the plugin's own ends all writes, and no event is written behind it. */
Test(trail_rows, a_damaged_head_stops_writes)
{
    fixture_create(store, "acme", "a", true);
    run_sql("PRAGMA ignore_check_constraints = ON; UPDATE organization SET trail_length = -1",
            SQLITE_OK);
    cr_expect_eq(apply((struct store_mutation){.kind = STORE_CREATE,
                                               .organization_id = TEXT("acme"),
                                               .title = TEXT("b")}),
                 STORE_STOPPED);
    cr_expect_not_null(strstr(fixture_log(), "a trail has the length -1"), "%s", fixture_log());
}
