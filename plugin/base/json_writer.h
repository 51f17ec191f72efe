// SPDX-License-Identifier: MIT
/*
 * Writes JSON (RFC 8259) straight into a buffer: the host's reply or one of our own. After a
 * failure it ignores writes and reports the failure at the end.
 */
#ifndef PLUGIN_BASE_JSON_WRITER_H
#define PLUGIN_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "gql_plugin.h"
#include "plugin/base/text.h"

struct json_writer {
    char *data;
    size_t size;
    size_t capacity;
    bool failed; /* The capacity is 0 then. */
    /* Makes room for `more` bytes after `size`. */
    bool (*grow)(struct json_writer *writer, size_t more);
    const gql_host *host;
    gql_reply *reply;
    char *heap; /* NULL while the caller's room suffices. */
};

/* Writes into the reply after its current size; json_writer_end_reply updates the size. */
void json_writer_begin_reply(struct json_writer *writer, const gql_host *host, gql_reply *reply);

/* False if there was no room; the content of the reply is then unusable. */
bool json_writer_end_reply(struct json_writer *writer);

/* Writes into `room` while it suffices, then into heap memory. */
void json_writer_begin(struct json_writer *writer, char *room, size_t capacity);
void json_writer_finish(struct json_writer *writer);

/* Makes room for `more` bytes; false if there is none. */
bool json_writer_grow(struct json_writer *writer, size_t more);

/* Writes text that is JSON already. Inline, so that literals become a few moves. */
static inline void json_write_raw(struct json_writer *writer, struct text text)
{
    if (writer->capacity - writer->size < text.size && !json_writer_grow(writer, text.size))
        return;
    memcpy(writer->data + writer->size, text.data, text.size);
    writer->size += text.size;
}

#define json_write(writer, literal) json_write_raw((writer), TEXT(literal))

/* Writes a string with its quotes; null for no text. */
void json_write_string(struct json_writer *writer, struct text text);
void json_write_integer(struct json_writer *writer, int64_t number);
static inline void json_write_bool(struct json_writer *writer, bool value)
{
    if (value)
        json_write(writer, "true");
    else
        json_write(writer, "false");
}

#endif
