// SPDX-License-Identifier: MIT
/* The audit trails of organizations that have databases of their own. */
#include <criterion/criterion.h>

#include "tests/plugin/store/tenants/root_fixture.h"

TestSuite(trails, .init = root_set_up, .fini = root_tear_down);

struct trail {
    const char *organization_id;
    int64_t events;
    struct trail_check check;
};

static bool count(void *user, const struct trail_event *event)
{
    struct trail *trail = user;
    return event->sequence == ++trail->events;
}

static enum store_status read_trail(struct store_reader *reader, void *context)
{
    struct trail *trail = context;
    const struct store_event_range all = {.organization_id = text_of(trail->organization_id)};
    const enum store_status status = store_events(reader, &all, INT64_MAX, count, trail);
    return status == STORE_OK
               ? store_verify_trail(reader, text_of(trail->organization_id), &trail->check)
               : status;
}

static void expect_trail(const char *organization_id, int64_t length)
{
    struct trail trail = {.organization_id = organization_id};
    cr_expect_eq(fixture_read_of(store, organization_id, read_trail, &trail), STORE_OK);
    cr_expect_eq(trail.events, length, "%s has %lld events", organization_id,
                 (long long)trail.events);
    cr_expect_eq(trail.check.fault, TRAIL_SOUND);
    cr_expect_eq(trail.check.head.length, length);
}

Test(trails, each_is_in_its_own_database)
{
    fixture_create(store, "acme", "a", true);
    fixture_create(store, "globex", "b", true);
    fixture_create(store, "acme", "c", true);
    expect_trail("acme", 2);
    expect_trail("globex", 1);
}

/* Reading makes nothing: who has no database has a trail without events. */
Test(trails, who_has_no_database_has_an_empty_one)
{
    expect_trail("nobody", 0);
    fixture_create(store, "acme", "a", true);
    expect_trail("nobody", 0);
    expect_trail("acme", 1);
}
