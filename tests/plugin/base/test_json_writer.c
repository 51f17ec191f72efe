// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/json_writer.h"

Test(json_writer, every_character_survives)
{
    char text[128], room[16];
    for (int i = 0; i < 128; i++)
        text[i] = (char)i;
    struct json_writer writer;
    json_writer_begin(&writer, room, sizeof room);
    json_write_string(&writer, (struct text){text, sizeof text});
    cr_assert_not(writer.failed);
    json_t *parsed = json_loadb(writer.data, writer.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    cr_assert_not_null(parsed, "%.*s", (int)writer.size, writer.data);
    cr_expect_eq(json_string_length(parsed), sizeof text);
    cr_expect_arr_eq(json_string_value(parsed), text, sizeof text);
    json_decref(parsed);
    json_writer_finish(&writer);
}

/*
 * The writer looks for escapes eight bytes at a time: tries each escape at each place, in texts of
 * each length, among letters beyond ASCII.
 */
Test(json_writer, escapes_are_found_wherever_they_are)
{
    static const char marks[] = {'"', '\\', 0, 1, 0x1f, '\n'};
    for (size_t size = 1; size <= 20; size++) {
        for (size_t at = 0; at < size; at++) {
            for (size_t i = 0; i < sizeof marks; i++) {
                char text[20], room[64];
                struct json_writer writer;
                memset(text, at % 2 ? 'x' : '\xc3', sizeof text);
                text[at] = marks[i];
                json_writer_begin(&writer, room, sizeof room);
                json_write_string(&writer, (struct text){text, size});
                const size_t written = marks[i] == '"' || marks[i] == '\\' ? 2 : 6;
                cr_assert_eq(writer.size, 2 + size - 1 + written, "byte %d at %zu of %zu", marks[i],
                             at, size);
                cr_assert_eq(writer.data[1 + at], '\\');
                json_writer_finish(&writer);
            }
        }
    }
}

Test(json_writer, integers)
{
    const int64_t numbers[] = {0, 1, -1, 9, 10, 2147483647, -2147483648, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char room[32], expected[32];
        struct json_writer writer;
        json_writer_begin(&writer, room, sizeof room);
        json_write_integer(&writer, numbers[i]);
        snprintf(expected, sizeof expected, "%" PRId64, numbers[i]);
        cr_expect(text_equal((struct text){writer.data, writer.size}, text_of(expected)), "%s",
                  expected);
        json_writer_finish(&writer);
    }
}

/*
 * A host that grows the reply by exactly what is asked for, moves the data each time, and fails at
 * a limit.
 */
struct small_host {
    gql_host host;
    gql_reply reply;
    size_t limit;
};

static int32_t grow(const gql_host *host, uint64_t handle, uint64_t more)
{
    struct small_host *small = (struct small_host *)(uintptr_t)host;
    cr_assert_eq(handle, 7);
    if (small->reply.size + more > small->limit)
        return GQL_E_LIMIT;
    char *data = malloc(small->reply.size + more);
    memcpy(data, small->reply.data, small->reply.size);
    free(small->reply.data);
    small->reply.data = data;
    small->reply.capacity = small->reply.size + more;
    return GQL_OK;
}

static bool write_list(struct small_host *small, struct json_writer *writer)
{
    json_writer_begin_reply(writer, &small->host, &small->reply);
    json_write(writer, "{");
    for (int i = 0; i < 20; i++) {
        json_write_raw(writer, i == 0 ? TEXT("\"a\":") : TEXT(",\"b\":"));
        json_write_bool(writer, i % 2 == 0);
    }
    json_write(writer, "}");
    return json_writer_end_reply(writer);
}

Test(json_writer, a_reply_grows_as_needed)
{
    struct small_host small = {.host.reply_grow = grow, .reply.handle = 7, .limit = 1000};
    struct json_writer writer;
    cr_assert(write_list(&small, &writer));
    cr_expect_eq(small.reply.data[small.reply.size - 1], '}');
    json_t *parsed = json_loadb(small.reply.data, small.reply.size, 0, NULL);
    cr_expect_eq(json_object_size(parsed), 2);
    json_decref(parsed);
    free(small.reply.data);
}

Test(json_writer, a_reply_that_is_full_fails_at_the_end)
{
    for (size_t limit = 0; limit < 180; limit += 7) {
        struct small_host small = {.host.reply_grow = grow, .reply.handle = 7, .limit = limit};
        struct json_writer writer;
        cr_expect_not(write_list(&small, &writer), "limit %zu", limit);
        cr_expect_leq(small.reply.size, limit);
        free(small.reply.data);
    }
}

Test(json_writer, no_text_is_null)
{
    char room[8];
    struct json_writer writer;
    json_writer_begin(&writer, room, sizeof room);
    json_write_string(&writer, NO_TEXT);
    cr_expect(text_equal((struct text){writer.data, writer.size}, TEXT("null")));
    json_writer_finish(&writer);
}
