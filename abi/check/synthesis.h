// SPDX-License-Identifier: MIT
/* Arguments and selections for calls that nobody wrote down, made of the schema. */
#ifndef GQL_CHECK_SYNTHESIS_H
#define GQL_CHECK_SYNTHESIS_H

#include <jansson.h>

#include "gql_host.h"

/*
 * Arguments of a field as a host coerces them: defaults filled in, a value of its type for each
 * that is required, with `all` also for those that are not. NULL if there is no value for one, such
 * as for an input that holds itself.
 */
json_t *synthesis_arguments(const gql_schema_document *document, const char *type,
                            const char *field, bool all);

/* Fills the defaults into arguments that were given. */
void synthesis_fill_in(const gql_schema_document *document, const char *type, const char *field,
                       json_t *arguments);

/*
 * Everything that can be selected below a value of the type, written as for gql_selection_parse;
 * the caller frees it. "" below scalars. NULL if out of memory.
 */
char *synthesis_selection(const gql_schema_document *document, const char *type_name);

/* The name inside lists and exclamation marks of a type as in SDL; the caller frees it. */
char *synthesis_base_name(const char *type);

#endif
