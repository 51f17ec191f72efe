// SPDX-License-Identifier: MIT
/* Compares what the user gives for a call with the schema, as a host does before it calls. */
#ifndef GQL_CHECK_INPUT_CHECK_H
#define GQL_CHECK_INPUT_CHECK_H

#include <jansson.h>
#include <stdbool.h>

#include "gql_host.h"

enum { INPUT_CHECK_TEXT = 512 };

struct sdl_type;

/*
 * Whether the arguments are those of the field: known, complete, and of the declared types, after
 * coercion (October 2021, section 3.5: an ID is a string, and nothing but a list is a list). If
 * not, `detail` says why. Values of custom scalars are up to the plugin.
 */
bool input_check_arguments(const gql_schema_document *document, const char *type, const char *field,
                           json_t *arguments, char detail[INPUT_CHECK_TEXT]);

/*
 * Whether the fields below the root of a selection are those of the type, and have fields below
 * them exactly if they are objects. If not, `detail` says why.
 */
bool input_check_selection(const gql_schema_document *document, const char *type_name,
                           const gql_selection *root, char detail[INPUT_CHECK_TEXT]);

/* Whether a value is of the type, after coercion. `name` is for `detail`. */
bool input_check_value(const gql_schema_document *document, const struct sdl_type *type,
                       json_t *value, const char *name, char detail[INPUT_CHECK_TEXT]);

#endif
