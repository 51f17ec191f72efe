// SPDX-License-Identifier: MIT
/* Parses SDL. For whole documents see gql_schema_document_parse in gql_host.h. */
#ifndef GQL_SDL_PARSER_H
#define GQL_SDL_PARSER_H

#include "abi/host/schema/schema_document.h"

/*
 * Parses a type reference such as `[Integration!]!` into memory of `document`, which starts out
 * zeroed. The caller passes the document to sdl_finish, also after a failure.
 */
int32_t sdl_parse_type(gql_schema_document *document, const char *text, size_t size,
                       const struct sdl_type **ret_type, gql_failure *failure);

#endif
