// SPDX-License-Identifier: MIT
#include "plugin/ctl/export_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/ctl/output.h"
#include "vault/timestamp.h"

static json_t *hexadecimal(const uint8_t *bytes, size_t size)
{
    char digits[2 * TRAIL_HASH_SIZE + 1];
    sodium_bin2hex(digits, sizeof digits, bytes, size);
    return json_string(digits);
}

json_t *export_integration(const struct integration *integration)
{
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(&integration->id, id);
    return json_pack("{s:s%, s:o, s:i, s:b, s:o, s:o}", "id", id, (size_t)IDENTIFIER_TEXT_SIZE,
                     "organizationId", output_text_value(integration->organization_id), "version",
                     integration->version, "isActive", integration->is_active, "title",
                     output_text_value(integration->title), "credentialRef",
                     output_text_value(integration->credential_ref));
}

json_t *export_deleted(const struct deleted_integration *deleted)
{
    char time[VAULT_TIMESTAMP_SIZE];
    json_t *object = export_integration(&deleted->integration);
    vault_timestamp_write(deleted->time, time);
    if (object != NULL && json_object_set_new(object, "deletedAt", json_string(time)) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *export_checkpoint(const struct trail_checkpoint *checkpoint, struct text organization_id)
{
    char time[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(checkpoint->time, time);
    return json_pack("{s:o, s:I, s:o, s:s}", "organizationId", output_text_value(organization_id),
                     "sequence", (json_int_t)checkpoint->head.length, "hash",
                     hexadecimal(checkpoint->head.hash.bytes, TRAIL_HASH_SIZE), "time", time);
}

json_t *export_event(const struct trail_event *event, struct text organization_id)
{
    const bool is_erased = event->body.data == NULL;
    return json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "organizationId",
                     output_text_value(organization_id), "sequence", (json_int_t)event->sequence,
                     "entity", hexadecimal(event->entity.bytes, IDENTIFIER_SIZE), "salt",
                     is_erased ? json_null() : hexadecimal(event->salt, TRAIL_SALT_SIZE), "digest",
                     hexadecimal(event->digest.bytes, TRAIL_HASH_SIZE), "hash",
                     hexadecimal(event->hash.bytes, TRAIL_HASH_SIZE), "body",
                     output_text_value(event->body));
}

json_t *export_consumer(const struct listed_consumer *consumer, struct text organization_id)
{
    return json_pack("{s:o, s:o, s:I}", "organizationId", output_text_value(organization_id),
                     "name", output_text_value(consumer->name), "position",
                     (json_int_t)consumer->position);
}

bool export_line(struct export_writer *writer, const char *name, json_t *value)
{
    json_t *line = value == NULL ? NULL : json_pack("{s:o}", name, value);
    char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(line);
    if (text == NULL) {
        errno = ENOMEM;
        return false;
    }
    const size_t size = strlen(text);
    text[size] = '\n'; /* In the place of the NUL. */
    crypto_generichash_update(&writer->sum, (unsigned char *)text, size + 1);
    const bool written = fwrite(text, 1, size + 1, writer->stream) == size + 1;
    free(text);
    return written;
}

bool export_begin(struct export_writer *writer, FILE *stream)
{
    memset(writer, 0, sizeof *writer);
    writer->stream = stream;
    crypto_generichash_init(&writer->sum, NULL, 0, 32);
    return export_line(writer, "export", json_pack("{s:i}", "format", EXPORT_FORMAT));
}

void export_checksum(crypto_generichash_state *sum, char ret_text[EXPORT_CHECKSUM_SIZE])
{
    uint8_t bytes[32];
    crypto_generichash_final(sum, bytes, sizeof bytes);
    sodium_bin2hex(ret_text, EXPORT_CHECKSUM_SIZE, bytes, sizeof bytes);
}

bool export_end(struct export_writer *writer)
{
    char checksum[EXPORT_CHECKSUM_SIZE];
    export_checksum(&writer->sum, checksum);
    return export_line(writer, "end",
                       json_pack("{s:I, s:I, s:s}", "integrations",
                                 (json_int_t)writer->integrations, "events",
                                 (json_int_t)writer->events, "checksum", checksum)) &&
           fflush(writer->stream) == 0;
}
