// SPDX-License-Identifier: MIT
#include "plugin/ctl/import_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/ctl/export_lines.h"
#include "plugin/ctl/import_values.h"
#include "plugin/store/trail_body_check.h"
#include "vault/json_reader.h"

/* Of a line: several times what an event with the longest texts takes. */
enum { LINE_LIMIT = 1 << 22 };

static bool refuse(const struct import_reader *reader, struct vault_failure *failure,
                   const char *what)
{
    return vault_fail(failure, "'%.200s', line %lld: %s", reader->path, reader->number, what);
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
    if (!import_take_text(end, "checksum", sizeof checksum, false, &given) ||
        !text_equal(given, text_of(checksum)) ||
        json_integer_value(json_object_get(end, "integrations")) != reader->integrations ||
        json_integer_value(json_object_get(end, "events")) != reader->events)
        return refuse(reader, failure, "the export was changed: its checksum differs");
    return fgetc(reader->stream) == EOF ||
           refuse(reader, failure, "something comes after the last line of the export");
}

static bool take_checkpoint(struct import_reader *reader, const json_t *object)
{
    return import_take_checkpoint(reader, object) && begins_trail(reader);
}

static bool take_event(struct import_reader *reader, const json_t *object)
{
    reader->events++;
    return import_take_event(reader, object);
}

/* It comes after the events of its organization. */
static bool take_consumer(struct import_reader *reader, const json_t *object)
{
    return import_take_consumer(reader, object) &&
           text_equal(tenant_id_text(&reader->trail), reader->organization_id) &&
           reader->position <= reader->head.length;
}

static bool take_integration(struct import_reader *reader, const json_t *object)
{
    reader->integrations++;
    return import_take_integration(reader, object);
}

static const struct line {
    const char *name;
    enum import_kind kind;
    bool (*take)(struct import_reader *reader, const json_t *object);
    const char *rejection;
} lines[] = {
    {"integration", IMPORT_INTEGRATION, take_integration,
     "a value of the integration is missing or out of range"},
    {"deleted", IMPORT_DELETED, import_take_deleted,
     "a value of the deleted integration is missing or out of range"},
    {"checkpoint", IMPORT_CHECKPOINT, take_checkpoint,
     "a value of the checkpoint is missing or out of range, or it does not come before the events"},
    {"event", IMPORT_EVENT, take_event, "a value of the event is missing or out of range"},
    {"consumer", IMPORT_CONSUMER, take_consumer,
     "a value of the consumer is missing or out of range, or it does not come after the events"},
};

static const struct line *find_line(const char *name)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (strcmp(lines[i].name, name) == 0)
            return &lines[i];
    }
    return NULL;
}

static bool check_event(struct import_reader *reader, struct vault_failure *failure)
{
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

static bool take_line(struct import_reader *reader, const char *name, const json_t *value,
                      enum import_kind *ret_kind, struct vault_failure *failure)
{
    const struct line *line = find_line(name);
    if (line == NULL)
        return refuse(reader, failure, "this is no line of an export");
    *ret_kind = line->kind;
    if (!line->take(reader, value))
        return refuse(reader, failure, line->rejection);
    return line->kind != IMPORT_EVENT || check_event(reader, failure);
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
