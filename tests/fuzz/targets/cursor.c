// SPDX-License-Identifier: MIT
/*
 * cursor_read: a text that is a cursor is the one that cursor_write makes; a changed cursor is
 * none. The first byte chooses: text of any kind, or a cursor with a changed bit.
 */
#include <stdlib.h>
#include <string.h>

#include "plugin/resolvers/cursor.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t secret[16] = "not very secret";

static void check_same(const struct cursor *cursor, enum cursor_order order, struct text text)
{
    char again[CURSOR_TEXT_SIZE];
    const size_t size = cursor_write(secret, order, &cursor->position, again);
    EXPECT(text_equal((struct text){again, size}, text), "%.*s", (int)size, again);
}

static void read_any(struct fuzz_input *input, enum cursor_order order)
{
    struct cursor cursor;
    size_t size;
    char *text = fuzz_rest(input, &size);
    switch (cursor_read(secret, order, (struct text){text, size}, &cursor)) {
    case CURSOR_GOOD:
        check_same(&cursor, order, (struct text){text, size});
        break;
    case CURSOR_OTHER_ORDER:
        EXPECT(cursor_read(secret, CURSOR_TITLE_ASC + CURSOR_TITLE_DESC - order,
                           (struct text){text, size}, &cursor) == CURSOR_GOOD);
        break;
    case CURSOR_FOREIGN:
        break;
    }
    free(text);
}

static void read_changed(struct fuzz_input *input, enum cursor_order order)
{
    struct cursor cursor;
    struct store_position position = {0};
    char text[CURSOR_TEXT_SIZE];
    for (size_t i = 0; i < IDENTIFIER_SIZE; i++)
        position.id.bytes[i] = fuzz_byte(input);
    const uint8_t bit = fuzz_byte(input) & 7, place = fuzz_byte(input);
    char *title = fuzz_rest(input, &position.title.size);
    position.title.data = title;
    if (position.title.size > TITLE_BYTES_MAX)
        position.title.size = TITLE_BYTES_MAX;
    const size_t size = cursor_write(secret, order, &position, text);
    EXPECT(cursor_read(secret, order, (struct text){text, size}, &cursor) == CURSOR_GOOD);
    EXPECT(text_equal(cursor.position.title, position.title));
    EXPECT(memcmp(cursor.position.id.bytes, position.id.bytes, IDENTIFIER_SIZE) == 0);
    text[place % size] = (char)(text[place % size] ^ (1 << bit));
    EXPECT(cursor_read(secret, order, (struct text){text, size}, &cursor) == CURSOR_FOREIGN);
    free(title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const uint8_t choice = fuzz_byte(&input);
    const enum cursor_order order = choice & 1 ? CURSOR_TITLE_DESC : CURSOR_TITLE_ASC;
    if (choice & 2)
        read_changed(&input, order);
    else
        read_any(&input, order);
    return 0;
}
