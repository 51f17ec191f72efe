// SPDX-License-Identifier: MIT
#include "plugin/ctl/import_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/base/limits.h"
#include "plugin/ctl/export_lines.h"
#include "plugin/store/trail_body.h"
#include "plugin/store/trail_body_check.h"
#include "vault/json_reader.h"
#include "vault/timestamp.h"

/* Of a line: several times what an event with the longest texts takes. */
enum { LINE_LIMIT = 1 << 22 };

static bool refuse(const struct import_reader *reader, struct vault_failure *failure,
                   const char *what)
{
    return vault_fail(failure, "'%.200s', line %lld: %s", reader->path, reader->number, what);
}

/* ---- Values ---- */

/* A string of 0 to `most` bytes, or null, which is no text, if it may be. */
static bool take_text(const json_t *object, const char *name, size_t most, bool may_be_null,
                      struct text *ret_text)
{
    const json_t *value = json_object_get(object, name);
    *ret_text = NO_TEXT;
    if (json_is_null(value))
        return may_be_null;
    *ret_text = (struct text){json_string_value(value), json_string_length(value)};
    return json_is_string(value) && ret_text->size <= most;
}

static bool take_integer(const json_t *object, const char *name, int64_t most, int64_t *ret_number)
{
    const json_t *value = json_object_get(object, name);
    *ret_number = json_integer_value(value);
    return json_is_integer(value) && *ret_number >= 1 && *ret_number <= most;
}

static bool take_bytes(const json_t *object, const char *name, uint8_t *bytes, size_t size)
{
    size_t written = 0;
    struct text digits;
    return take_text(object, name, 2 * size, false, &digits) && digits.size == 2 * size &&
           sodium_hex2bin(bytes, size, digits.data, digits.size, NULL, &written, NULL) == 0 &&
           written == size;
}

static bool take_organization(struct import_reader *reader, const json_t *object)
{
    return take_text(object, "organizationId", ORGANIZATION_ID_MAX, false,
                     &reader->organization_id) &&
           reader->organization_id.size > 0;
}

static bool take_integration(struct import_reader *reader, const json_t *object)
{
    struct text id;
    int64_t version;
    const json_t *active = json_object_get(object, "isActive");
    struct integration *integration = &reader->integration;
    *integration = (struct integration){.is_active = json_is_true(active)};
    if (!take_organization(reader, object) || !json_is_boolean(active) ||
        !take_text(object, "id", IDENTIFIER_TEXT_SIZE, false, &id) ||
        !identifier_parse(id, &integration->id) ||
        !take_integer(object, "version", INT32_MAX, &version) ||
        !take_text(object, "title", TITLE_BYTES_MAX, false, &integration->title) ||
        !take_text(object, "credentialRef", CREDENTIAL_REF_MAX, true, &integration->credential_ref))
        return false;
    integration->version = (int32_t)version;
    integration->organization_id = reader->organization_id;
    return true;
}

static bool take_deleted(struct import_reader *reader, const json_t *object)
{
    struct text time;
    return take_integration(reader, object) &&
           take_text(object, "deletedAt", VAULT_TIMESTAMP_SIZE, false, &time) &&
           vault_timestamp_parse(time.data, time.size, &reader->deleted_at);
}

static bool take_event(struct import_reader *reader, const json_t *object)
{
    struct trail_event *event = &reader->event;
    *event = (struct trail_event){0};
    return take_organization(reader, object) &&
           take_integer(object, "sequence", INT64_MAX / 2, &event->sequence) &&
           take_bytes(object, "entity", event->entity.bytes, IDENTIFIER_SIZE) &&
           take_bytes(object, "digest", event->digest.bytes, TRAIL_HASH_SIZE) &&
           take_bytes(object, "hash", event->hash.bytes, TRAIL_HASH_SIZE) &&
           take_text(object, "body", TRAIL_BODY_MAX, true, &event->body) &&
           (event->body.data == NULL ? json_is_null(json_object_get(object, "salt"))
                                     : take_bytes(object, "salt", event->salt, TRAIL_SALT_SIZE));
}

static bool take_checkpoint(struct import_reader *reader, const json_t *object)
{
    struct text time;
    struct trail_checkpoint *checkpoint = &reader->checkpoint;
    return take_organization(reader, object) &&
           take_integer(object, "sequence", INT64_MAX / 2, &checkpoint->head.length) &&
           take_bytes(object, "hash", checkpoint->head.hash.bytes, TRAIL_HASH_SIZE) &&
           take_text(object, "time", VAULT_TIMESTAMP_SIZE, false, &time) &&
           vault_timestamp_parse(time.data, time.size, &checkpoint->time);
}

/* ---- Trails ---- */

/* The events that follow continue it. It comes before all of its organization. */
static bool begins_trail(struct import_reader *reader)
{
    if (text_equal(tenant_id_text(&reader->trail), reader->organization_id))
        return false;
    reader->head = reader->checkpoint.head;
    tenant_id_set(&reader->trail, reader->organization_id);
    return true;
}

static bool continues_trail(struct import_reader *reader)
{
    const struct trail_event *event = &reader->event;
    if (!text_equal(tenant_id_text(&reader->trail), reader->organization_id)) {
        reader->head = trail_start(reader->organization_id);
        tenant_id_set(&reader->trail, reader->organization_id);
    }
    const struct trail_hash digest = trail_digest(event);
    const struct trail_hash link = trail_link(&reader->head.hash, event);
    if (event->sequence != reader->head.length + 1 || !trail_hash_equal(&link, &event->hash) ||
        (event->body.data != NULL && !trail_hash_equal(&digest, &event->digest)))
        return false;
    reader->head = (struct trail_head){event->sequence, event->hash};
    return true;
}

/* ---- Lines ---- */

/* The bytes up to the line feed, and it, or up to the end or the limit. */
static size_t read_bytes(struct import_reader *reader)
{
    size_t size = 0;
    int byte = 0;
    while (size < LINE_LIMIT && byte != '\n' && (byte = getc_unlocked(reader->stream)) != EOF)
        reader->text[size++] = (char)byte;
    return size;
}

/* Without its line feed, which a whole line has. */
static bool read_line(struct import_reader *reader, struct vault_bytes *ret_line,
                      struct vault_failure *failure)
{
    reader->number++;
    json_decref(reader->root);
    reader->root = NULL;
    const size_t size = read_bytes(reader);
    if (ferror(reader->stream))
        return refuse(reader, failure, strerrordesc_np(errno));
    if (size == LINE_LIMIT && reader->text[size - 1] != '\n')
        return refuse(reader, failure,
                      "it has more than 4 MiB, and no line of an export has that many; the file is "
                      "another, or was changed: export again");
    if (size == 0 || reader->text[size - 1] != '\n')
        return refuse(reader, failure, "the export was cut off: its last line is missing");
    *ret_line = (struct vault_bytes){reader->text, size - 1};
    return true;
}

/* The line's only member. */
static bool parse_line(struct import_reader *reader, const char **ret_name, json_t **ret_value,
                       struct vault_bytes line, struct vault_failure *failure)
{
    const enum vault_json_status status = vault_json_read(line, VAULT_JSON_STRICT, &reader->root,
                                                          NULL);
    if (status == VAULT_JSON_NO_MEMORY)
        return vault_fail_no_memory(failure);
    void *member = status == VAULT_JSON_OK && json_object_size(reader->root) == 1
                       ? json_object_iter(reader->root)
                       : NULL;
    if (member == NULL)
        return refuse(reader, failure, "this is no line of an export");
    *ret_name = json_object_iter_key(member);
    *ret_value = json_object_iter_value(member);
    return true;
}

static bool check_end(struct import_reader *reader, const json_t *end,
                      crypto_generichash_state *before, struct vault_failure *failure)
{
    char checksum[EXPORT_CHECKSUM_SIZE];
    struct text given;
    export_checksum(before, checksum);
    if (!take_text(end, "checksum", sizeof checksum, false, &given) ||
        !text_equal(given, text_of(checksum)) ||
        json_integer_value(json_object_get(end, "integrations")) != reader->integrations ||
        json_integer_value(json_object_get(end, "events")) != reader->events)
        return refuse(reader, failure, "the export was changed: its checksum differs");
    return fgetc(reader->stream) == EOF ||
           refuse(reader, failure, "something comes after the last line of the export");
}

static bool take_line(struct import_reader *reader, const char *name, const json_t *value,
                      enum import_kind *ret_kind, struct vault_failure *failure)
{
    if (strcmp(name, "integration") == 0) {
        *ret_kind = IMPORT_INTEGRATION;
        reader->integrations++;
        return take_integration(reader, value) ||
               refuse(reader, failure, "a value of the integration is missing or out of range");
    }
    if (strcmp(name, "deleted") == 0) {
        *ret_kind = IMPORT_DELETED;
        return take_deleted(reader, value) ||
               refuse(reader, failure,
                      "a value of the deleted integration is missing or out of range");
    }
    if (strcmp(name, "checkpoint") == 0) {
        *ret_kind = IMPORT_CHECKPOINT;
        return (take_checkpoint(reader, value) && begins_trail(reader)) ||
               refuse(reader, failure,
                      "a value of the checkpoint is missing or out of range, or it does not come "
                      "before the events");
    }
    if (strcmp(name, "event") != 0)
        return refuse(reader, failure, "this is no line of an export");
    *ret_kind = IMPORT_EVENT;
    reader->events++;
    if (!take_event(reader, value))
        return refuse(reader, failure, "a value of the event is missing or out of range");
    if (!continues_trail(reader))
        return refuse(reader, failure, "the event does not continue its organization's trail");
    const enum trail_body_verdict verdict = trail_body_check(reader->event.body,
                                                             reader->organization_id);
    if (verdict == TRAIL_BODY_NO_MEMORY)
        return vault_fail_no_memory(failure);
    return verdict == TRAIL_BODY_FITS ||
           refuse(reader, failure,
                  "the event's body is no object of JSON that names its organization");
}

bool import_next(struct import_reader *reader, enum import_kind *ret_kind,
                 struct vault_failure *failure)
{
    struct vault_bytes line;
    const char *name;
    json_t *value;
    static crypto_generichash_state before; /* As in import.c. */
    before = reader->sum;
    if (!read_line(reader, &line, failure) || !parse_line(reader, &name, &value, line, failure))
        return false;
    crypto_generichash_update(&reader->sum, (const unsigned char *)line.data, line.size + 1);
    if (strcmp(name, "end") != 0)
        return take_line(reader, name, value, ret_kind, failure);
    *ret_kind = IMPORT_END;
    return check_end(reader, value, &before, failure);
}

static bool read_header(struct import_reader *reader, struct vault_failure *failure)
{
    struct vault_bytes line;
    const char *name;
    json_t *value;
    if (!read_line(reader, &line, failure) || !parse_line(reader, &name, &value, line, failure))
        return false;
    crypto_generichash_update(&reader->sum, (const unsigned char *)line.data, line.size + 1);
    if (strcmp(name, "export") != 0)
        return refuse(reader, failure, "this is no export of integrationsctl");
    const json_int_t format = json_integer_value(json_object_get(value, "format"));
    return (format >= 1 && format <= EXPORT_FORMAT) ||
           refuse(reader, failure,
                  "the export has a format that this tool does not know; use the "
                  "version that wrote it, or a newer one");
}

bool import_open(struct import_reader *reader, const char *path, struct vault_failure *failure)
{
    struct stat found;
    memset(reader, 0, sizeof *reader);
    reader->path = path;
    crypto_generichash_init(&reader->sum, NULL, 0, 32);
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode))
        return vault_fail(failure, "'%.300s' is not a regular file", path);
    reader->stream = fopen(path, "re");
    if (reader->stream == NULL)
        return vault_fail(failure, "'%.300s' can't be read: %s", path, strerrordesc_np(errno));
    reader->text = malloc(LINE_LIMIT);
    if (reader->text == NULL)
        return vault_fail_no_memory(failure);
    return read_header(reader, failure);
}

void import_close(struct import_reader *reader)
{
    json_decref(reader->root);
    free(reader->text);
    if (reader->stream != NULL)
        fclose(reader->stream);
    memset(reader, 0, sizeof *reader);
}
