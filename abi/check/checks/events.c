// SPDX-License-Identifier: MIT
/* gql_events.read: who may read, and pages from any position. */
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/events_call.h"

enum { ORGANIZATIONS_MAX = 16, EVENTS_MAX = 200 };

/* ---- What must be rejected ---- */

static void expect_rejection(struct events_session *session, json_t *value, const char *what)
{
    if (value != NULL)
        check_fail(events_run(session), "%s was not rejected", what);
    json_decref(value);
}

static void check_strangers(struct events_session *session)
{
    const char *organization = "gql-plugin-check";
    expect_rejection(session,
                     events_read(session, &events_nobody,
                                 json_pack("{s:s}", "organizationId", organization)),
                     "read by nobody");
    expect_rejection(session,
                     events_read(session, &events_stranger,
                                 json_pack("{s:s}", "organizationId", organization)),
                     "read by an actor who may not read there");
    expect_rejection(session,
                     events_claim(session, &events_nobody,
                                  json_pack("{s:s}", "consumer", EVENTS_CONSUMER)),
                     "claim by nobody");
    expect_rejection(session,
                     events_claim(session, &events_stranger,
                                  json_pack("{s:s}", "consumer", EVENTS_CONSUMER)),
                     "claim by an actor who may not read everything");
    expect_rejection(session, events_read(session, &events_reader, json_object()),
                     "read without an organization");
    expect_rejection(session, events_claim(session, &events_reader, json_object()),
                     "claim without a consumer");
}

static void check_unknown(struct events_session *session)
{
    json_t *value = events_read(session, &events_reader,
                                json_pack("{s:s}", "organizationId", "no-such-organization"));
    const json_t *list = json_object_get(value, "events");
    if (!json_is_array(list) || json_array_size(list) > 0 ||
        json_is_true(json_object_get(value, "hasMore")))
        check_fail(events_run(session),
                   "read of an unknown organization did not come to no events");
    json_decref(value);
}

static void check_position(struct events_session *session, const char *organization,
                           const char *position, const char *what)
{
    static const char *const names[] = {"after", "before"};
    for (size_t i = 0; i < 2; i++)
        expect_rejection(session,
                         events_read(session, &events_reader,
                                     json_pack("{s:s, s:s}", "organizationId", organization,
                                               names[i], position)),
                         what);
}

/* ---- Pages ---- */

/* From `start` on, in pages; a new reference. `start` NULL: from the end where it begins. */
static json_t *read_pages(struct events_session *session, const char *organization,
                          const char *start, bool backward, int limit)
{
    json_t *all = json_array();
    char place[128];
    bool has_more = true;
    const char *const from = backward ? "before" : "after";
    for (int i = 0; has_more && !check_ended(events_run(session)) && i < EVENTS_STEPS_MAX &&
                    json_array_size(all) < EVENTS_MAX;
         i++) {
        json_t *value = events_read(session, &events_reader,
                                    json_pack("{s:s, s:b, s:i, s:s?}", "organizationId",
                                              organization, "backward", backward, "limit", limit,
                                              from, start));
        json_t *list = json_object_get(value, "events");
        if (events_check_list(session, list, organization, backward ? -1 : 1)) {
            if (json_array_size(list) > (size_t)limit)
                check_fail(events_run(session), "a page has more events than its limit");
            json_array_extend(all, list);
        }
        has_more = json_is_true(json_object_get(value, "hasMore"));
        if (has_more) {
            snprintf(place, sizeof place, "%s", events_text(session, value, "position"));
            start = place;
        }
        json_decref(value);
    }
    events_check_list(session, all, organization, backward ? -1 : 1);
    return all;
}

/* Whether `part` is what is in `all` from a place on, in the direction. */
static void compare(struct events_session *session, const json_t *all, size_t place, int step,
                    const json_t *part, const char *what)
{
    size_t i;
    json_t *event;
    const size_t count = step > 0 ? json_array_size(all) - place : place;
    if (json_array_size(part) != count)
        check_fail(events_run(session), "%s: there are %zu events, not %zu", what,
                   json_array_size(part), count);
    json_array_foreach(part, i, event) {
        const json_t *expected = json_array_get(all, step > 0 ? place + i : place - 1 - i);
        if (!json_equal(expected, event))
            check_fail(events_run(session), "%s: the event at place %zu is another one", what, i);
    }
}

static void check_pages(struct events_session *session, const char *organization)
{
    check_position(session, organization, "gql-plugin-check", "read with a position that is none");
    json_t *all = read_pages(session, organization, NULL, false, 500);
    const size_t count = json_array_size(all), middle = count / 2;
    if (!check_ended(events_run(session)) && count > 0 && count < EVENTS_MAX) {
        const char *position = events_text(session, json_array_get(all, middle), "position");
        json_t *singly = read_pages(session, organization, NULL, false, 1);
        json_t *rest = read_pages(session, organization, position, false, 2);
        json_t *former = read_pages(session, organization, position, true, 2);
        compare(session, all, 0, 1, singly, "read in pages of one event");
        compare(session, all, middle + 1, 1, rest, "read after a position in the middle");
        compare(session, all, middle, -1, former, "read backward before a position in the middle");
        json_decref(singly);
        json_decref(rest);
        json_decref(former);
    }
    json_decref(all);
}

/* ---- Organizations ---- */

/* Those that have events, by claiming them, as far as each comes once; a new reference. */
static json_t *find_organizations(struct events_session *session)
{
    json_t *batch, *found = json_object();
    bool is_new = true;
    while (is_new && json_object_size(found) < ORGANIZATIONS_MAX &&
           (batch = events_next_batch(session, 1)) != NULL) {
        const char *organization = events_text(session, batch, "organizationId");
        is_new = json_object_get(found, organization) == NULL;
        json_object_set(found, organization, json_object_get(batch, "position"));
        json_decref(batch);
    }
    return found;
}

static void check_organizations(struct events_session *session)
{
    const char *organization, *former = NULL;
    json_t *position, *found = find_organizations(session);
    if (json_object_size(found) == 0)
        check_skip(events_run(session), "no call left an event; list mutations in --calls");
    json_object_foreach(found, organization, position) {
        if (former != NULL && json_is_string(position))
            check_position(session, former, json_string_value(position),
                           "read with a position of another organization");
        check_pages(session, organization);
        former = organization;
    }
    json_decref(found);
}

void check_events(struct check_run *run)
{
    struct events_session session;
    check_cure(run, "number the events of each organization without gaps, give each a position of "
                    "its own, and reject what gql_plugin.h says of gql_events.read");
    if (!events_begin(run, &session))
        return;
    check_strangers(&session);
    check_unknown(&session);
    if (!check_ended(run) && events_change(&session))
        check_organizations(&session);
    events_end(&session);
}
