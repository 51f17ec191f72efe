// SPDX-License-Identifier: MIT
/* The object types of the schema, as far as answers need them. */
#ifndef PLUGIN_RESOLVERS_OUTPUT_TYPES_H
#define PLUGIN_RESOLVERS_OUTPUT_TYPES_H

#include "plugin/resolvers/output.h"

struct output_type_field {
    struct text member; /* `,"name":` */
    enum output_kind kind;
    uint32_t room; /* What a value takes at most; 0 of lists and what holds them. */
    const struct output_type *type;
};

struct output_type {
    const char *name;
    struct text typename; /* `,"__typename":"Name"` */
    const char *interfaces[4];
    bool is_reference; /* Without a shape it has `__typename` and `id`: see gql_resolve_fn. */
    const struct output_type_field *fields;
    size_t field_count;
};

/* The field of this name, or NULL. */
const struct output_type_field *output_type_find(const struct output_type *type, struct text name);

#endif
