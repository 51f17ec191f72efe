// SPDX-License-Identifier: MIT
#include "plugin/resolvers/integration_output.h"

#include "plugin/base/limits.h"
#include "plugin/resolvers/selection.h"

/* In one piece, which is cheaper than many small writes. */
static void write_id(struct json_writer *writer, const struct identifier *id)
{
    char text[IDENTIFIER_TEXT_SIZE + 2];
    text[0] = text[IDENTIFIER_TEXT_SIZE + 1] = '"';
    identifier_write(id, text + 1);
    json_write_raw(writer, (struct text){text, sizeof text});
}

static void write_organization(struct json_writer *writer, struct text id)
{
    json_write(writer, "{\"__typename\":\"Organization\",\"id\":");
    json_write_string(writer, id);
    json_write(writer, "}");
}

void write_integration(struct json_writer *writer, const struct integration *integration,
                       uint32_t fields)
{
    bool first = true;
    json_write(writer, "{");
    if (fields & FIELD_TYPENAME)
        json_write_name(writer, &first, TEXT("\"__typename\":\"Integration\""));
    if (fields & FIELD_ID) {
        json_write_member(writer, &first, "id");
        write_id(writer, &integration->id);
    }
    if (fields & FIELD_VERSION) {
        json_write_member(writer, &first, "version");
        json_write_integer(writer, integration->version);
    }
    if (fields & FIELD_TITLE) {
        json_write_member(writer, &first, "title");
        json_write_string(writer, integration->title);
    }
    if (fields & FIELD_ORGANIZATION) {
        json_write_member(writer, &first, "organization");
        write_organization(writer, integration->organization_id);
    }
    if (fields & FIELD_CREDENTIAL_REF) {
        json_write_member(writer, &first, "credentialRef");
        json_write_string(writer, integration->credential_ref);
    }
    if (fields & FIELD_IS_ACTIVE) {
        json_write_member(writer, &first, "isActive");
        json_write_bool(writer, integration->is_active);
    }
    json_write(writer, "}");
}

size_t integration_room(uint32_t fields)
{
    size_t room = 256; /* Names, ID, numbers. */
    if (fields & FIELD_TITLE)
        room += 2 *
                TITLE_BYTES_MAX; /* Without control characters an escape takes at most two bytes. */
    if (fields & FIELD_ORGANIZATION)
        room += 64 + ORGANIZATION_ID_MAX * 6;
    if (fields & FIELD_CREDENTIAL_REF)
        room += CREDENTIAL_REF_MAX;
    return room;
}
