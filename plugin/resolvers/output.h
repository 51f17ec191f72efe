// SPDX-License-Identifier: MIT
/*
 * What an answer holds: the fields that the host asked for, by a selection or by a shape, in the
 * order in which they are written.
 */
#ifndef PLUGIN_RESOLVERS_OUTPUT_H
#define PLUGIN_RESOLVERS_OUTPUT_H

#include "gql_plugin.h"
#include "plugin/base/json_writer.h"

/* The fields of the plugin's types. */
enum output_kind {
    OUTPUT_TYPENAME, /* Of any type: the member is written with its value. */
    OUTPUT_INTEGRATION_ID,
    OUTPUT_INTEGRATION_VERSION,
    OUTPUT_INTEGRATION_TITLE,
    OUTPUT_INTEGRATION_ORGANIZATION,
    OUTPUT_INTEGRATION_CREDENTIAL_REF,
    OUTPUT_INTEGRATION_IS_ACTIVE,
    OUTPUT_ORGANIZATION_ID,
    OUTPUT_CONNECTION_EDGES,
    OUTPUT_CONNECTION_NODES,
    OUTPUT_CONNECTION_PAGE_INFO,
    OUTPUT_CONNECTION_TOTAL,
    OUTPUT_EDGE_CURSOR,
    OUTPUT_EDGE_NODE,
    OUTPUT_PAGE_HAS_NEXT,
    OUTPUT_PAGE_HAS_PREVIOUS,
    OUTPUT_PAGE_START,
    OUTPUT_PAGE_END,
    OUTPUT_TOTAL_COUNT,
    OUTPUT_TOTAL_PRECISION,
    OUTPUT_PAYLOAD_INTEGRATION,
    OUTPUT_PAYLOAD_DELETED_ID,
};

/* A field to write. An object has the first of its own fields in `below`, if there are any. */
struct output_field {
    const struct output_field *next;
    const struct output_field *below;
    struct text member; /* `"name":` for the first of an object, `,"name":` for the others. */
    enum output_kind kind;
};

struct output {
    const struct output_field *first;
    uint32_t kinds; /* Bits of those that are somewhere in it. */
    size_t room;    /* An upper bound of what one object takes, in bytes; without lists. */
    struct output_chunk *chunks;
};

/* An object type of the schema. */
struct output_type;
extern const struct output_type output_integration, output_connection, output_payload,
    output_delete_payload;

/* Most outputs fit in so many bytes. */
enum { OUTPUT_ROOM = 384 };

/*
 * Makes the output of a field of this type, or of a loader, from a call that keeps the contract. If
 * the host does not tell what it wants, that is everything but `__typename`. The output needs
 * `room`, which is aligned, as long as it is used. False if memory ran out; finish it in any case.
 */
bool output_make(struct output *output, const struct output_type *type, const gql_call *call,
                 char room[OUTPUT_ROOM]);
void output_finish(struct output *output);

static inline bool output_has(const struct output *output, enum output_kind kind)
{
    return (output->kinds >> kind & 1) != 0;
}

#endif
