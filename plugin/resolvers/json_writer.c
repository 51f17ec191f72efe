// SPDX-License-Identifier: MIT
#include "json_writer.h"

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

static bool ensure(struct json_writer *writer, size_t more)
{
    if (writer->capacity - writer->size >= more && !writer->failed)
        return true;
    if (!writer->failed)
        writer->failed = !writer->grow(writer, more) || writer->capacity - writer->size < more;
    return !writer->failed;
}

void json_write_raw(struct json_writer *writer, struct text text)
{
    if (!ensure(writer, text.size))
        return;
    memcpy(writer->data + writer->size, text.data, text.size);
    writer->size += text.size;
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void write_escape(struct json_writer *writer, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char control[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    const char plain[] = {'\\', (char)c};
    json_write_raw(writer, c < 0x20 ? (struct text){control, sizeof control} : (struct text){plain, sizeof plain});
}

void json_write_string(struct json_writer *writer, struct text text)
{
    if (text.data == NULL) {
        json_write(writer, "null");
        return;
    }
    size_t start = 0;
    json_write(writer, "\"");
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (!needs_escape(c))
            continue;
        json_write_raw(writer, (struct text){text.data + start, i - start});
        write_escape(writer, c);
        start = i + 1;
    }
    json_write_raw(writer, (struct text){text.data + start, text.size - start});
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

void json_write_bool(struct json_writer *writer, bool value)
{
    json_write_raw(writer, value ? TEXT("true") : TEXT("false"));
}

void json_write_name(struct json_writer *writer, bool *first, struct text quoted_name_and_colon)
{
    if (!*first)
        json_write(writer, ",");
    *first = false;
    json_write_raw(writer, quoted_name_and_colon);
}
