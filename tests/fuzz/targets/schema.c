// SPDX-License-Identifier: MIT
/*
 * gql_schema_document_parse: the types of fields are type references themselves, and a document
 * that parses still does behind itself.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/host/schema/sdl_parser.h"
#include "tests/fuzz/fuzz.h"

static void check_type(const struct sdl_type *type)
{
    gql_schema_document scratch = {0};
    const struct sdl_type *again = NULL;
    EXPECT(sdl_parse_type(&scratch, type->text, strlen(type->text), &again, NULL) == GQL_OK, "%s",
           type->text);
    EXPECT(strcmp(again->text, type->text) == 0 && again->non_null == type->non_null, "%s",
           type->text);
    EXPECT(strcmp(sdl_base_name(again), sdl_base_name(type)) == 0, "%s", type->text);
    sdl_finish(&scratch);
}

static size_t check_definitions(const gql_schema_document *document)
{
    size_t count = 0;
    for (const struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        EXPECT(each->name != NULL && each->line > 0);
        EXPECT(each->kind == SDL_SCHEMA ||
                   sdl_find(document, each->kind == SDL_DIRECTIVE, each->name) != NULL,
               "%s", each->name);
        for (const struct sdl_field *field = each->fields; field != NULL; field = field->next)
            check_type(field->type);
        count++;
    }
    return count;
}

static void check_twice(const char *text, size_t size, size_t count)
{
    gql_schema_document *document = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    char *twice = malloc(2 * size + 1);
    EXPECT(twice != NULL);
    memcpy(twice, text, size);
    twice[size] = '\n'; /* Ends a comment. */
    memcpy(twice + size + 1, text, size);
    EXPECT(gql_schema_document_parse(twice, 2 * size + 1, &document, &failure) == GQL_OK, "%s",
           failure.message);
    EXPECT(check_definitions(document) == 2 * count);
    gql_schema_document_destroy(&document);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    gql_schema_document *document = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t text_size;
    char *text = fuzz_rest(&input, &text_size);
    if (gql_schema_document_parse(text, text_size, &document, &failure) == GQL_OK)
        check_twice(text, text_size, check_definitions(document));
    else
        fuzz_check_message(failure.message);
    gql_schema_document_destroy(&document);
    free(text);
    return 0;
}
