// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <sodium.h>

#include "plugin/resolvers/cursor.h"

static const uint8_t secret[16] = "0123456789abcdef";
static const uint8_t other_secret[16] = "0123456789abcdeg";

static struct text make(const char *title, enum cursor_order order, char room[CURSOR_TEXT_SIZE])
{
    struct store_position position = {.title = text_of(title)};
    memset(position.id.bytes, 0xA7, IDENTIFIER_SIZE);
    return (struct text){room, cursor_write(secret, order, &position, room)};
}

Test(cursor, comes_back_as_it_was)
{
    char longest[TITLE_BYTES_MAX + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const titles[] = {"", "a", "Zürich \U0001F600", longest};
    for (size_t i = 0; i < 4; i++) {
        char room[CURSOR_TEXT_SIZE];
        struct cursor cursor;
        const struct text text = make(titles[i], CURSOR_TITLE_DESC, room);
        cr_assert_eq(cursor_read(secret, CURSOR_TITLE_DESC, text, &cursor), CURSOR_GOOD,
                     "title %zu", i);
        cr_expect(text_equal(cursor.position.title, text_of(titles[i])));
        cr_expect_eq(cursor.position.id.bytes[15], 0xA7);
    }
}

Test(cursor, of_another_order_is_told_apart)
{
    char room[CURSOR_TEXT_SIZE];
    struct cursor cursor;
    const struct text text = make("a", CURSOR_TITLE_ASC, room);
    cr_expect_eq(cursor_read(secret, CURSOR_TITLE_DESC, text, &cursor), CURSOR_OTHER_ORDER);
    cr_expect_eq(cursor_read(other_secret, CURSOR_TITLE_ASC, text, &cursor), CURSOR_FOREIGN);
}

/* Every changed character and every cut must be detected. */
Test(cursor, forgeries_are_refused)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\xc1\xe1\xb0\xff";
    char room[CURSOR_TEXT_SIZE];
    struct cursor cursor;
    const struct text text = make("Payments", CURSOR_TITLE_ASC, room);
    for (size_t at = 0; at < text.size; at++) {
        const char former = room[at];
        for (size_t i = 0; i < sizeof alphabet; i++) {
            room[at] = alphabet[i];
            if (alphabet[i] != former)
                cr_assert_neq(cursor_read(secret, CURSOR_TITLE_ASC, text, &cursor), CURSOR_GOOD,
                              "'%c' at %zu", alphabet[i], at);
        }
        room[at] = former;
        cr_assert_eq(cursor_read(secret, CURSOR_TITLE_ASC, (struct text){room, at}, &cursor),
                     CURSOR_FOREIGN);
    }
    cr_expect_eq(cursor_read(secret, CURSOR_TITLE_ASC, NO_TEXT, &cursor), CURSOR_FOREIGN);
}

Test(cursor, oversized_texts_are_refused)
{
    static char big[100000];
    struct cursor cursor;
    memset(big, 'A', sizeof big);
    for (size_t size = CURSOR_TEXT_SIZE - 4; size < CURSOR_TEXT_SIZE + 4; size++)
        cr_expect_eq(cursor_read(secret, CURSOR_TITLE_ASC, (struct text){big, size}, &cursor),
                     CURSOR_FOREIGN);
    cr_expect_eq(cursor_read(secret, CURSOR_TITLE_ASC, (struct text){big, sizeof big}, &cursor),
                 CURSOR_FOREIGN);
}
