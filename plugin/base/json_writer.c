// SPDX-License-Identifier: MIT
#include "plugin/base/json_writer.h"

#include <stdlib.h>

static bool grow_reply(struct json_writer *writer, size_t more)
{
    writer->reply->size = writer->size;
    if (writer->host->reply_grow(writer->host, writer->reply->handle, more) != GQL_OK)
        return false;
    writer->data = writer->reply->data;
    writer->capacity = writer->reply->capacity;
    return true;
}

void json_writer_begin_reply(struct json_writer *writer, const gql_host *host, gql_reply *reply)
{
    *writer = (struct json_writer){
        .data = reply->data,
        .size = reply->size,
        .capacity = reply->capacity,
        .grow = grow_reply,
        .host = host,
        .reply = reply,
    };
}

bool json_writer_end_reply(struct json_writer *writer)
{
    if (!writer->failed)
        writer->reply->size = writer->size;
    return !writer->failed;
}

static bool grow_heap(struct json_writer *writer, size_t more)
{
    const size_t capacity = (writer->size + more) * 2;
    char *data = realloc(writer->heap, capacity);
    if (data == NULL)
        return false;
    if (writer->heap == NULL)
        memcpy(data, writer->data, writer->size);
    writer->data = writer->heap = data;
    writer->capacity = capacity;
    return true;
}

void json_writer_begin(struct json_writer *writer, char *room, size_t capacity)
{
    *writer = (struct json_writer){.data = room, .capacity = capacity, .grow = grow_heap};
}

void json_writer_finish(struct json_writer *writer)
{
    free(writer->heap);
    *writer = (struct json_writer){.failed = true};
}

bool json_writer_grow(struct json_writer *writer, size_t more)
{
    if (!writer->failed && writer->grow(writer, more) && writer->capacity - writer->size >= more)
        return true;
    writer->failed = true;
    writer->size = writer->capacity = 0;
    return more == 0;
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

#define EACH_BYTE(value) (0x0101010101010101u * (uint64_t)(value))

/*
 * Not 0 if one of the eight bytes needs an escape. In each byte, the top bit of x - n is set for x
 * < n if x itself has none.
 */
static uint64_t any_escape(uint64_t bytes)
{
    const uint64_t quote = bytes ^ EACH_BYTE('"'), backslash = bytes ^ EACH_BYTE('\\');
    return (((bytes - EACH_BYTE(0x20)) & ~bytes) | ((quote - EACH_BYTE(1)) & ~quote) |
            ((backslash - EACH_BYTE(1)) & ~backslash)) &
           EACH_BYTE(0x80);
}

/* The first byte from `start` on that needs an escape, or the end of the text. */
static size_t find_escape(struct text text, size_t start)
{
    uint64_t bytes;
    for (; text.size - start >= sizeof bytes; start += sizeof bytes) {
        memcpy(&bytes, text.data + start, sizeof bytes);
        if (any_escape(bytes) != 0)
            break;
    }
    while (start < text.size && !needs_escape((unsigned char)text.data[start]))
        start++;
    return start;
}

static void write_escape(struct json_writer *writer, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char control[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    const char plain[] = {'\\', (char)c};
    json_write_raw(writer, c < 0x20 ? (struct text){control, sizeof control}
                                    : (struct text){plain, sizeof plain});
}

void json_write_string(struct json_writer *writer, struct text text)
{
    if (text.data == NULL) {
        json_write(writer, "null");
        return;
    }
    json_write(writer, "\"");
    for (size_t start = 0; start < text.size;) {
        const size_t end = find_escape(text, start);
        json_write_raw(writer, (struct text){text.data + start, end - start});
        if (end < text.size)
            write_escape(writer, (unsigned char)text.data[end]);
        start = end + 1;
    }
    json_write(writer, "\"");
}

void json_write_integer(struct json_writer *writer, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--at] = '-';
    json_write_raw(writer, (struct text){digits + at, sizeof digits - at});
}
