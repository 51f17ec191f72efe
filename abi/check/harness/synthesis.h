// SPDX-License-Identifier: MIT
/* Generates arguments and selections from the schema. */
#ifndef GQL_CHECK_SYNTHESIS_H
#define GQL_CHECK_SYNTHESIS_H

#include <jansson.h>

#include "gql_host.h"

/*
 * Arguments of a field as a host coerces them: defaults are filled in, and each required argument
 * gets a value of its type; with `all` the optional ones do too. NULL if a required argument has no
 * finite value, such as an input that contains itself.
 */
json_t *synthesis_arguments(const gql_schema_document *document, const char *type,
                            const char *field, bool all);

/* Fills the defaults into arguments that the user gave. */
void synthesis_fill_in(const gql_schema_document *document, const char *type, const char *field,
                       json_t *arguments);

/*
 * Everything that can be selected below a value of the type, as text for gql_selection_parse; ""
 * for scalars and enums. The caller frees it. NULL if out of memory.
 */
char *synthesis_selection(const gql_schema_document *document, const char *type_name);

/*
 * The value that has the fields, for gql_call.parent: `__typename` and these fields, or, if `names`
 * is NULL, each field without arguments that `schema` has no resolver for. NULL if the type is not
 * an object, or if a named field has no value that can be made.
 */
json_t *synthesis_parent(const gql_schema_document *document, const gql_schema *schema,
                         const char *type, const char *const *names, uint32_t count);

/* The named type inside a type reference of SDL: `A` for `[A!]!`. The caller frees it. */
char *synthesis_base_name(const char *type);

#endif
