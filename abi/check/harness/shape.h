// SPDX-License-Identifier: MIT
/* Shapes for GQL_CALL_SHAPED: made from the schema, and compared with values. */
#ifndef GQL_CHECK_SHAPE_H
#define GQL_CHECK_SHAPE_H

#include <jansson.h>

#include "gql_host.h"

enum { SHAPE_NODES = 1024, SHAPE_NAMES = 32768, SHAPE_TEXT = 512 };

struct shape {
    const gql_schema_document *document;
    const gql_schema *schema;
    gql_shape nodes[SHAPE_NODES]; /* The first is the root. */
    size_t node_count;
    char names[SHAPE_NAMES]; /* The response names. */
    size_t names_size;
};

/*
 * Makes the shape of a field whose value has the type, in SDL: the fields below it in the opposite
 * order of the schema's, under aliases, those without children once more, with `__typename` and
 * with type conditions. Fields that have a resolver or need arguments are left out.
 */
void shape_make(struct shape *shape, const gql_schema_document *document, const gql_schema *schema,
                const char *field, const char *type);

/*
 * Whether the value has the shape. If not, `detail` says why. Adds the number of objects to
 * *objects.
 */
bool shape_check(const struct shape *shape, const char *type, const json_t *value,
                 unsigned *objects, char detail[SHAPE_TEXT]);

#endif
