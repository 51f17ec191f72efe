// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/resolvers/event_position.h"

static const struct text organization = {"acme", 4};

static struct text make(int64_t sequence, char room[EVENT_POSITION_SIZE])
{
    event_position_write(organization, sequence, room);
    return text_of(room);
}

Test(event_position, comes_back_as_it_was)
{
    static const int64_t sequences[] = {1, 2, 255, 256, INT64_C(0x0102030405060708), INT64_MAX};
    char room[EVENT_POSITION_SIZE];
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        int64_t sequence = 0;
        const struct text text = make(sequences[i], room);
        cr_expect_eq(text.size, EVENT_POSITION_SIZE - 1);
        cr_assert(event_position_read(organization, text, &sequence), "%s", room);
        cr_expect_eq(sequence, sequences[i], "%ld is not %ld", (long)sequence, (long)sequences[i]);
    }
}

/* Consumers keep positions: what earlier versions wrote stays valid. */
Test(event_position, has_the_form_of_its_page)
{
    char room[EVENT_POSITION_SIZE];
    cr_expect_str_eq(make(7, room).data, "AXteQgAAAAAAAAAH");
}

Test(event_position, of_another_organization_is_none)
{
    static const char *const others[] = {"globex", "ACME", "acm", "acme ", ""};
    char room[EVENT_POSITION_SIZE];
    int64_t sequence = 42;
    const struct text text = make(7, room);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_not(event_position_read(text_of(others[i]), text, &sequence), "%s", others[i]);
    cr_expect_eq(sequence, 42, "it is set only on success");
}

/* Zero, the sign, the form and the tag: no event has such a place. */
Test(event_position, what_no_event_has_is_none)
{
    static const int64_t sequences[] = {0, -1, INT64_MIN};
    char room[EVENT_POSITION_SIZE];
    int64_t sequence;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        cr_expect_not(event_position_read(organization, make(sequences[i], room), &sequence));
    const struct text text = make(7, room);
    for (size_t at = 0; at < 5; at++) {
        const char former = room[at];
        room[at] = former == 'B' ? 'C' : 'B';
        cr_expect_not(event_position_read(organization, text, &sequence), "%s", room);
        room[at] = former;
    }
}

Test(event_position, what_is_cut_or_has_other_characters_is_none)
{
    static const char strangers[] = "+/= \n\xff";
    char room[EVENT_POSITION_SIZE + 1];
    int64_t sequence;
    struct text text = make(7, room);
    for (size_t size = 0; size < text.size; size++)
        cr_expect_not(event_position_read(organization, (struct text){text.data, size}, &sequence));
    for (size_t at = 0; at < text.size; at++) {
        for (size_t i = 0; i < sizeof strangers; i++) {
            const char former = room[at];
            room[at] = strangers[i];
            cr_expect_not(event_position_read(organization, text, &sequence), "%zu at %zu", i, at);
            room[at] = former;
        }
    }
    strcat(room, "A");
    text.size++;
    cr_expect_not(event_position_read(organization, text, &sequence));
}
