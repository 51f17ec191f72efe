// SPDX-License-Identifier: MIT
#include "plugin/resolvers/output_types.h"

#include "plugin/base/limits.h"

#define MEMBER(name)                      \
    {                                     \
        ",\"" name "\":", sizeof name + 3 \
    }
#define TYPENAME(name)                                   \
    name,                                                \
    {                                                    \
        ",\"__typename\":\"" name "\"", sizeof name + 15 \
    }
#define FIELDS(list) .fields = (list), .field_count = sizeof(list) / sizeof *(list)

enum {
    SHORT = 40, /* An ID or a number. */
    /* Without control characters an escape takes at most two bytes. */
    TITLE_ROOM = 2 * TITLE_BYTES_MAX + 2,
    ORGANIZATION_ROOM = ORGANIZATION_ID_MAX * 6 + 2,
};

static const struct output_type_field organization_fields[] = {
    {MEMBER("id"), OUTPUT_ORGANIZATION_ID, ORGANIZATION_ROOM, NULL},
};
static const struct output_type organization = {TYPENAME("Organization"),
                                                {"Node"},
                                                true,
                                                FIELDS(organization_fields)};

static const struct output_type_field integration_fields[] = {
    {MEMBER("id"), OUTPUT_INTEGRATION_ID, SHORT, NULL},
    {MEMBER("version"), OUTPUT_INTEGRATION_VERSION, SHORT, NULL},
    {MEMBER("title"), OUTPUT_INTEGRATION_TITLE, TITLE_ROOM, NULL},
    {MEMBER("organization"), OUTPUT_INTEGRATION_ORGANIZATION, SHORT, &organization},
    {MEMBER("credentialRef"), OUTPUT_INTEGRATION_CREDENTIAL_REF, CREDENTIAL_REF_MAX + 2, NULL},
    {MEMBER("isActive"), OUTPUT_INTEGRATION_IS_ACTIVE, SHORT, NULL},
};
const struct output_type output_integration = {TYPENAME("Integration"),
                                               {"Actor", "Node", "Versioned", "Titled"},
                                               false,
                                               FIELDS(integration_fields)};

static const struct output_type_field edge_fields[] = {
    {MEMBER("cursor"), OUTPUT_EDGE_CURSOR, 0, NULL},
    {MEMBER("node"), OUTPUT_EDGE_NODE, 0, &output_integration},
};
static const struct output_type edge = {TYPENAME("IntegrationEdge"),
                                        {"Edge"},
                                        false,
                                        FIELDS(edge_fields)};

static const struct output_type_field page_info_fields[] = {
    {MEMBER("hasNextPage"), OUTPUT_PAGE_HAS_NEXT, 0, NULL},
    {MEMBER("hasPreviousPage"), OUTPUT_PAGE_HAS_PREVIOUS, 0, NULL},
    {MEMBER("startCursor"), OUTPUT_PAGE_START, 0, NULL},
    {MEMBER("endCursor"), OUTPUT_PAGE_END, 0, NULL},
};
static const struct output_type page_info = {TYPENAME("PageInfo"),
                                             {NULL},
                                             false,
                                             FIELDS(page_info_fields)};

static const struct output_type_field total_fields[] = {
    {MEMBER("count"), OUTPUT_TOTAL_COUNT, 0, NULL},
    {MEMBER("precision"), OUTPUT_TOTAL_PRECISION, 0, NULL},
};
static const struct output_type total = {TYPENAME("CountInfo"),
                                         {NULL},
                                         false,
                                         FIELDS(total_fields)};

static const struct output_type_field connection_fields[] = {
    {MEMBER("edges"), OUTPUT_CONNECTION_EDGES, 0, &edge},
    {MEMBER("nodes"), OUTPUT_CONNECTION_NODES, 0, &output_integration},
    {MEMBER("pageInfo"), OUTPUT_CONNECTION_PAGE_INFO, 0, &page_info},
    {MEMBER("total"), OUTPUT_CONNECTION_TOTAL, 0, &total},
};
const struct output_type output_connection = {TYPENAME("IntegrationConnection"),
                                              {"Connection"},
                                              false,
                                              FIELDS(connection_fields)};

static const struct output_type_field payload_fields[] = {
    {MEMBER("integration"), OUTPUT_PAYLOAD_INTEGRATION, SHORT, &output_integration},
};
const struct output_type output_payload = {TYPENAME("IntegrationPayload"),
                                           {NULL},
                                           false,
                                           FIELDS(payload_fields)};

static const struct output_type_field delete_payload_fields[] = {
    {MEMBER("deletedId"), OUTPUT_PAYLOAD_DELETED_ID, SHORT, NULL},
};
const struct output_type output_delete_payload = {TYPENAME("DeletePayload"),
                                                  {NULL},
                                                  false,
                                                  FIELDS(delete_payload_fields)};

static struct text name_of_member(struct text member)
{
    return (struct text){member.data + 2, member.size - 4};
}

const struct output_type_field *output_type_find(const struct output_type *type, struct text name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (text_equal(name_of_member(type->fields[i].member), name))
            return &type->fields[i];
    }
    return NULL;
}
