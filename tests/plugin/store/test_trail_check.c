// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>

#include "plugin/store/trail_check.h"

enum { EVENTS = 5, BODY_SIZE = 12 };

/* A trail of five events, as stored: the bodies are in the order of the events. */
struct trail {
    struct trail_head head;
    struct trail_event events[EVENTS];
    char bodies[EVENTS][BODY_SIZE + 1];
    int count;
};

static void make(struct trail *trail)
{
    *trail = (struct trail){.head = trail_start(TEXT("acme")), .count = EVENTS};
    for (int i = 0; i < EVENTS; i++) {
        struct trail_event *event = &trail->events[i];
        snprintf(trail->bodies[i], sizeof trail->bodies[i], "{\"number\":%d}", i);
        event->body = (struct text){trail->bodies[i], BODY_SIZE};
        memset(event->salt, 0x40 + i, sizeof event->salt);
        memset(event->entity.bytes, i / 2, IDENTIFIER_SIZE);
        trail_append(&trail->head, event);
    }
}

static void removes(struct trail *trail, int from, int to)
{
    memmove(trail->events + from, trail->events + to,
            (size_t)(trail->count - to) * sizeof *trail->events);
    trail->count -= to - from;
}

static struct trail_check verify(const struct trail *trail, const char *organization_id)
{
    struct trail_check check;
    const struct trail_checkpoint start = {.head = trail_start(text_of(organization_id))};
    trail_check_begin(&check, &start, &trail->head);
    for (int i = 0; i < trail->count && trail_check_event(&check, &trail->events[i]); i++)
        ;
    trail_check_end(&check);
    return check;
}

static void expect_fault(const struct trail *trail, enum trail_fault fault, int64_t at,
                         const char *said)
{
    char text[160];
    const struct trail_check check = verify(trail, "acme");
    trail_check_describe(&check, text, sizeof text);
    cr_expect_eq(check.fault, fault, "fault %d, '%s', not '%s'", check.fault, text, said);
    cr_expect_eq(check.at, at, "at %lld, not %lld", (long long)check.at, (long long)at);
    cr_expect_not_null(strstr(text, said), "it said '%s', not '%s'", text, said);
}

Test(trail_check, a_sound_trail_is_sound)
{
    char text[160] = "x";
    struct trail trail;
    make(&trail);
    struct trail_check check = verify(&trail, "acme");
    trail_check_describe(&check, text, sizeof text);
    cr_expect_eq(check.fault, TRAIL_SOUND, "%s", text);
    cr_expect_str_eq(text, "");
    cr_expect_eq(check.found.length, EVENTS);
    removes(&trail, 0, EVENTS);
    trail.head = trail_start(TEXT("acme"));
    cr_expect_eq(verify(&trail, "acme").fault, TRAIL_SOUND, "an empty one");
}

/* Each byte of each event, and of the head: the fault is at that event. */
Test(trail_check, each_changed_byte_is_found_and_located)
{
    struct trail trail;
    for (int i = 0; i < EVENTS; i++) {
        const struct {
            size_t place, size;
        } parts[] = {
            {offsetof(struct trail, bodies) + (size_t)i * (BODY_SIZE + 1), BODY_SIZE},
            {offsetof(struct trail, events[i].salt), TRAIL_SALT_SIZE},
            {offsetof(struct trail, events[i].digest), TRAIL_HASH_SIZE},
            {offsetof(struct trail, events[i].hash), TRAIL_HASH_SIZE},
            {offsetof(struct trail, events[i].entity), IDENTIFIER_SIZE},
        };
        for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
            for (size_t byte = 0; byte < parts[part].size; byte++) {
                make(&trail);
                ((uint8_t *)&trail)[parts[part].place + byte] ^= 1;
                expect_fault(&trail, part < 3 ? TRAIL_BODY_CHANGED : TRAIL_LINK_CHANGED, i + 1,
                             "was changed");
            }
        }
    }
    for (size_t byte = 0; byte < TRAIL_HASH_SIZE; byte++) {
        make(&trail);
        trail.head.hash.bytes[byte] ^= 0x80;
        expect_fault(&trail, TRAIL_HEAD_CHANGED, EVENTS, "the organization's row was changed");
    }
}

Test(trail_check, what_is_missing_is_named)
{
    struct trail trail;
    make(&trail);
    removes(&trail, 1, 3);
    expect_fault(&trail, TRAIL_GAP, 4, "the events 2 to 3 are missing");
    make(&trail);
    removes(&trail, 0, 2);
    expect_fault(&trail, TRAIL_GAP, 3, "the events 1 to 2 are missing");
    make(&trail);
    removes(&trail, 3, 5);
    expect_fault(&trail, TRAIL_TAIL_MISSING, 4, "the events 4 to 5 are missing at the end");
    removes(&trail, 0, 3);
    expect_fault(&trail, TRAIL_TAIL_MISSING, 1, "the events 1 to 5 are missing at the end");
    make(&trail);
    trail.head.length = 3;
    expect_fault(&trail, TRAIL_HEAD_CHANGED, 5, "is not that of event 5, the last");
}

/* Renumbered, so that there is no gap: the hashes do not follow. */
Test(trail_check, what_was_taken_out_and_renumbered_is_found)
{
    struct trail trail;
    make(&trail);
    removes(&trail, 2, 3);
    for (int i = 2; i < trail.count; i++)
        trail.events[i].sequence--;
    trail.head.length--;
    expect_fault(&trail, TRAIL_LINK_CHANGED, 3, "event 3 was changed");
}

/* A body with a digest that was made for it: the hash tells. */
Test(trail_check, a_new_digest_does_not_hide_a_change)
{
    struct trail trail;
    make(&trail);
    trail.bodies[2][3] = 'X';
    trail.events[2].digest = trail_digest(&trail.events[2]);
    expect_fault(&trail, TRAIL_LINK_CHANGED, 3, "its hash does not follow from event 2");
    trail.events[2].hash = trail_link(&trail.events[1].hash, &trail.events[2]);
    expect_fault(&trail, TRAIL_LINK_CHANGED, 4, "its hash does not follow from event 3");
}

Test(trail_check, a_trail_of_another_organization_is_none)
{
    struct trail trail;
    make(&trail);
    const struct trail_check check = verify(&trail, "Acme");
    cr_expect_eq(check.fault, TRAIL_LINK_CHANGED);
    cr_expect_eq(check.at, 1);
}

Test(trail_check, an_erased_body_leaves_a_sound_trail)
{
    struct trail trail;
    make(&trail);
    trail.events[1].body = trail.events[3].body = NO_TEXT;
    memset(trail.events[1].salt, 0, TRAIL_SALT_SIZE);
    const struct trail_check check = verify(&trail, "acme");
    cr_expect_eq(check.fault, TRAIL_SOUND);
    cr_expect_eq(check.erased, 2);
    trail.events[1].digest.bytes[0] ^= 1;
    expect_fault(&trail, TRAIL_LINK_CHANGED, 2, "event 2 was changed");
}
