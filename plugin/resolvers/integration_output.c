// SPDX-License-Identifier: MIT
#include "plugin/resolvers/integration_output.h"

/* In one piece, which is cheaper than many small writes. */
static void write_id(struct json_writer *writer, const struct identifier *id)
{
    char text[IDENTIFIER_TEXT_SIZE + 2];
    text[0] = text[IDENTIFIER_TEXT_SIZE + 1] = '"';
    identifier_write(id, text + 1);
    json_write_raw(writer, (struct text){text, sizeof text});
}

/* A reference: what else an organization has is the host's. */
static void write_organization(struct json_writer *writer, struct text id,
                               const struct output_field *first)
{
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_ORGANIZATION_ID)
            json_write_string(writer, id);
    }
    json_write(writer, "}");
}

static void write_value(struct json_writer *writer, const struct integration *integration,
                        const struct output_field *field)
{
    switch (field->kind) {
    case OUTPUT_INTEGRATION_ID:
        write_id(writer, &integration->id);
        break;
    case OUTPUT_INTEGRATION_VERSION:
        json_write_integer(writer, integration->version);
        break;
    case OUTPUT_INTEGRATION_TITLE:
        json_write_string(writer, integration->title);
        break;
    case OUTPUT_INTEGRATION_ORGANIZATION:
        write_organization(writer, integration->organization_id, field->below);
        break;
    case OUTPUT_INTEGRATION_CREDENTIAL_REF:
        json_write_string(writer, integration->credential_ref);
        break;
    case OUTPUT_INTEGRATION_IS_ACTIVE:
        json_write_bool(writer, integration->is_active);
        break;
    default: /* Written with its member. */
        break;
    }
}

void write_integration(struct json_writer *writer, const struct integration *integration,
                       const struct output_field *first)
{
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        write_value(writer, integration, field);
    }
    json_write(writer, "}");
}
