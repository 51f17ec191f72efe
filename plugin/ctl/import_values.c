// SPDX-License-Identifier: MIT
#include "plugin/ctl/import_values.h"

#include "plugin/base/limits.h"
#include "plugin/store/consumer.h"
#include "plugin/store/trail_body.h"
#include "vault/timestamp.h"

bool import_take_text(const json_t *object, const char *name, size_t most, bool may_be_null,
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
    return import_take_text(object, name, 2 * size, false, &digits) && digits.size == 2 * size &&
           sodium_hex2bin(bytes, size, digits.data, digits.size, NULL, &written, NULL) == 0 &&
           written == size;
}

static bool take_organization(struct import_reader *reader, const json_t *object)
{
    return import_take_text(object, "organizationId", ORGANIZATION_ID_MAX, false,
                            &reader->organization_id) &&
           reader->organization_id.size > 0;
}

bool import_take_integration(struct import_reader *reader, const json_t *object)
{
    struct text id;
    int64_t version;
    const json_t *active = json_object_get(object, "isActive");
    struct integration *integration = &reader->integration;
    *integration = (struct integration){.is_active = json_is_true(active)};
    if (!take_organization(reader, object) || !json_is_boolean(active) ||
        !import_take_text(object, "id", IDENTIFIER_TEXT_SIZE, false, &id) ||
        !identifier_parse(id, &integration->id) ||
        !take_integer(object, "version", INT32_MAX, &version) ||
        !import_take_text(object, "title", TITLE_BYTES_MAX, false, &integration->title) ||
        !import_take_text(object, "credentialRef", CREDENTIAL_REF_MAX, true,
                          &integration->credential_ref))
        return false;
    integration->version = (int32_t)version;
    integration->organization_id = reader->organization_id;
    return true;
}

bool import_take_deleted(struct import_reader *reader, const json_t *object)
{
    struct text time;
    return import_take_integration(reader, object) &&
           import_take_text(object, "deletedAt", VAULT_TIMESTAMP_SIZE, false, &time) &&
           vault_timestamp_parse(time.data, time.size, &reader->deleted_at);
}

bool import_take_event(struct import_reader *reader, const json_t *object)
{
    struct trail_event *event = &reader->event;
    *event = (struct trail_event){0};
    return take_organization(reader, object) &&
           take_integer(object, "sequence", INT64_MAX / 2, &event->sequence) &&
           take_bytes(object, "entity", event->entity.bytes, IDENTIFIER_SIZE) &&
           take_bytes(object, "digest", event->digest.bytes, TRAIL_HASH_SIZE) &&
           take_bytes(object, "hash", event->hash.bytes, TRAIL_HASH_SIZE) &&
           import_take_text(object, "body", TRAIL_BODY_MAX, true, &event->body) &&
           (event->body.data == NULL ? json_is_null(json_object_get(object, "salt"))
                                     : take_bytes(object, "salt", event->salt, TRAIL_SALT_SIZE));
}

bool import_take_checkpoint(struct import_reader *reader, const json_t *object)
{
    struct text time;
    struct trail_checkpoint *checkpoint = &reader->checkpoint;
    return take_organization(reader, object) &&
           take_integer(object, "sequence", INT64_MAX / 2, &checkpoint->head.length) &&
           take_bytes(object, "hash", checkpoint->head.hash.bytes, TRAIL_HASH_SIZE) &&
           import_take_text(object, "time", VAULT_TIMESTAMP_SIZE, false, &time) &&
           vault_timestamp_parse(time.data, time.size, &checkpoint->time);
}

bool import_take_consumer(struct import_reader *reader, const json_t *object)
{
    return take_organization(reader, object) &&
           import_take_text(object, "name", CONSUMER_NAME_MAX, false, &reader->consumer) &&
           consumer_is_name(reader->consumer) &&
           take_integer(object, "position", INT64_MAX / 2, &reader->position);
}
