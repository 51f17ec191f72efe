// SPDX-License-Identifier: MIT
/*
 * Parses the type system of GraphQL (specification of October 2021, section 3; grammar in appendix
 * B.3).
 */
#include "abi/host/schema/sdl_parser.h"

#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/schema/sdl_lexer.h"

enum { MAXIMUM_DEPTH = 64 }; /* Of lists in types, and of values. */

/*
 * After the first failure `code` is set and the current token is the end, so that every loop ends
 * and functions need not check.
 */
struct parser {
    gql_schema_document *document;
    struct sdl_lexer lexer;
    struct sdl_token token;
    const char *previous_end; /* The end of the token before. */
    gql_failure *failure;
    int32_t code;
};

static void stop(struct parser *parser, int32_t code)
{
    parser->code = code;
    parser->token = (struct sdl_token){.kind = SDL_TOKEN_END,
                                       .start = parser->lexer.end,
                                       .line = parser->token.line};
}

static void fail_expected(struct parser *parser, const char *expected)
{
    if (parser->code != GQL_OK)
        return;
    const struct sdl_token *token = &parser->token;
    const int shown = token->size > 40 ? 40 : (int)token->size;
    const bool end = token->kind == SDL_TOKEN_END;
    stop(parser, gql_fail(parser->failure, GQL_E_CONFIG,
                          "schema, line %u: expected %s, found %s%.*s%s", token->line, expected,
                          end ? "the end of the text" : "`", shown, token->start, end ? "" : "`"));
}

static void advance(struct parser *parser)
{
    if (parser->code != GQL_OK)
        return;
    parser->previous_end = parser->token.start + parser->token.size;
    parser->token = sdl_lexer_next(&parser->lexer);
    if (parser->token.kind == SDL_TOKEN_ERROR)
        stop(parser, gql_fail(parser->failure, GQL_E_CONFIG, "schema, line %u: %s",
                              parser->token.line, parser->lexer.error));
}

static bool at(const struct parser *parser, const char *text)
{
    return sdl_token_is(&parser->token, text);
}

static bool accept(struct parser *parser, const char *text)
{
    const bool found = at(parser, text);
    if (found)
        advance(parser);
    return found;
}

static void expect(struct parser *parser, const char *text)
{
    if (!accept(parser, text))
        fail_expected(parser, text);
}

static void *allocate(struct parser *parser, size_t size)
{
    void *memory = sdl_allocate(parser->document, size);
    if (memory == NULL && parser->code == GQL_OK)
        stop(parser, gql_fail_no_memory(parser->failure));
    return memory;
}

static const char *copy(struct parser *parser, const char *start, size_t size)
{
    char *text = allocate(parser, size + 1);
    if (text != NULL)
        memcpy(text, start, size);
    return text == NULL ? "" : text;
}

static const char *read_name(struct parser *parser, const char *what)
{
    if (parser->token.kind != SDL_TOKEN_NAME) {
        fail_expected(parser, what);
        return "";
    }
    const char *name = copy(parser, parser->token.start, parser->token.size);
    advance(parser);
    return name;
}

static void skip_description(struct parser *parser)
{
    if (parser->token.kind == SDL_TOKEN_STRING)
        advance(parser);
}

/* Section 2.9. Values are not used here. */
static void skip_value(struct parser *parser, unsigned depth)
{
    if (depth > MAXIMUM_DEPTH) {
        fail_expected(parser, "a value that is nested less deeply");
    } else if (accept(parser, "[")) {
        while (parser->code == GQL_OK && !accept(parser, "]"))
            skip_value(parser, depth + 1);
    } else if (accept(parser, "{")) {
        while (parser->code == GQL_OK && !accept(parser, "}")) {
            read_name(parser, "the name of a field");
            expect(parser, ":");
            skip_value(parser, depth + 1);
        }
    } else if (parser->token.kind == SDL_TOKEN_NAME || parser->token.kind == SDL_TOKEN_NUMBER ||
               parser->token.kind == SDL_TOKEN_STRING) {
        advance(parser);
    } else {
        fail_expected(parser, "a value");
    }
}

/* Appends to a list; *tail points to its last `next`. */
static void append_name(struct parser *parser, const struct sdl_name ***tail, const char *what)
{
    struct sdl_name *name = allocate(parser, sizeof *name);
    if (name == NULL)
        return;
    name->line = parser->token.line;
    name->text = read_name(parser, what);
    **tail = name;
    *tail = &name->next;
}

static const struct sdl_name *read_directives(struct parser *parser)
{
    const struct sdl_name *first = NULL;
    const struct sdl_name **tail = &first;
    while (accept(parser, "@")) {
        append_name(parser, &tail, "the name of a directive");
        if (!accept(parser, "("))
            continue;
        while (parser->code == GQL_OK && !accept(parser, ")")) {
            read_name(parser, "the name of an argument");
            expect(parser, ":");
            skip_value(parser, 0);
        }
    }
    return first;
}

/* `A & B` or `A | B`, with an optional separator at the start. */
static const struct sdl_name *read_names(struct parser *parser, const char *separator,
                                         const char *what)
{
    const struct sdl_name *first = NULL;
    const struct sdl_name **tail = &first;
    accept(parser, separator);
    do
        append_name(parser, &tail, what);
    while (accept(parser, separator));
    return first;
}

static const struct sdl_type *read_type(struct parser *parser, unsigned depth)
{
    static const struct sdl_type none = {.name = "", .text = ""};
    struct sdl_type *type = allocate(parser, sizeof *type);
    if (type == NULL)
        return &none;
    if (depth > MAXIMUM_DEPTH) {
        fail_expected(parser, "a type that is nested less deeply");
        return &none;
    }
    if (accept(parser, "[")) {
        type->of = read_type(parser, depth + 1);
        expect(parser, "]");
    } else {
        type->name = read_name(parser, "a type");
    }
    type->non_null = accept(parser, "!");
    const char *inner = type->of != NULL ? type->of->text : type->name;
    const size_t size = strlen(inner);
    char *text = allocate(parser, size + 4);
    if (text == NULL)
        return &none;
    char *end = text;
    if (type->of != NULL)
        *end++ = '[';
    end = (char *)memcpy(end, inner, size) + size;
    if (type->of != NULL)
        *end++ = ']';
    if (type->non_null)
        *end++ = '!';
    type->text = text;
    return type;
}

/*
 * Reads fields of types, fields of inputs, or arguments, up to `close`. With `nested` they have
 * arguments, as the fields of types do, and no defaults.
 */
static const struct sdl_field *read_fields(struct parser *parser, const char *close, bool nested)
{
    const struct sdl_field *first = NULL;
    const struct sdl_field **tail = &first;
    do {
        struct sdl_field *field = allocate(parser, sizeof *field);
        if (field == NULL)
            return first;
        skip_description(parser);
        field->line = parser->token.line;
        field->name = read_name(parser, "the name of a field");
        if (nested && accept(parser, "("))
            field->arguments = read_fields(parser, ")", false);
        expect(parser, ":");
        field->type = read_type(parser, 0);
        if (!nested && accept(parser, "=")) {
            const char *start = parser->token.start;
            skip_value(parser, 0);
            if (parser->code == GQL_OK)
                field->default_text = copy(parser, start, (size_t)(parser->previous_end - start));
        }
        field->directives = read_directives(parser);
        *tail = field;
        tail = &field->next;
    } while (parser->code == GQL_OK && !accept(parser, close));
    return first;
}

static const struct sdl_name *read_enum_values(struct parser *parser)
{
    const struct sdl_name *first = NULL;
    const struct sdl_name **tail = &first;
    do {
        skip_description(parser);
        append_name(parser, &tail, "a value of an enum");
        read_directives(parser);
    } while (parser->code == GQL_OK && !accept(parser, "}"));
    return first;
}

static void read_directive_definition(struct parser *parser, struct sdl_definition *definition)
{
    expect(parser, "@");
    definition->name = read_name(parser, "the name of a directive");
    if (accept(parser, "("))
        definition->fields = read_fields(parser, ")", false);
    definition->repeatable = accept(parser, "repeatable");
    expect(parser, "on");
    definition->names = read_names(parser, "|", "a location");
}

static void read_body(struct parser *parser, struct sdl_definition *definition)
{
    const bool typed = definition->kind == SDL_OBJECT || definition->kind == SDL_INTERFACE;
    if (typed && accept(parser, "implements"))
        definition->names = read_names(parser, "&", "an interface");
    definition->directives = read_directives(parser);
    if (definition->kind == SDL_UNION && accept(parser, "="))
        definition->names = read_names(parser, "|", "a member");
    else if (definition->kind == SDL_ENUM && accept(parser, "{"))
        definition->names = read_enum_values(parser);
    else if ((typed || definition->kind == SDL_INPUT || definition->kind == SDL_SCHEMA) &&
             accept(parser, "{"))
        definition->fields = read_fields(parser, "}", typed);
}

static bool read_kind(struct parser *parser, enum sdl_kind *ret_kind)
{
    for (enum sdl_kind kind = SDL_SCHEMA; kind <= SDL_DIRECTIVE; kind++) {
        if (accept(parser, sdl_kind_name(kind))) {
            *ret_kind = kind;
            return true;
        }
    }
    fail_expected(
        parser,
        "a definition (type, interface, input, enum, union, scalar, directive, schema, extend)");
    return false;
}

static struct sdl_definition *read_definition(struct parser *parser)
{
    struct sdl_definition *definition = allocate(parser, sizeof *definition);
    if (definition == NULL)
        return NULL;
    skip_description(parser);
    definition->line = parser->token.line;
    definition->name = "schema";
    definition->extends = accept(parser, "extend");
    if (!read_kind(parser, &definition->kind))
        return NULL;
    if (definition->kind == SDL_DIRECTIVE) {
        read_directive_definition(parser, definition);
        return definition;
    }
    if (definition->kind != SDL_SCHEMA)
        definition->name = read_name(parser, "the name of a type");
    read_body(parser, definition);
    return definition;
}

static int32_t read_document(gql_schema_document *document, const char *sdl, size_t size,
                             gql_failure *failure)
{
    struct parser parser = {.document = document, .failure = failure, .token = {.start = sdl}};
    struct sdl_definition **tail = &document->first;
    sdl_lexer_init(&parser.lexer, sdl, size);
    advance(&parser);
    while (parser.code == GQL_OK && parser.token.kind != SDL_TOKEN_END) {
        struct sdl_definition *definition = read_definition(&parser);
        if (definition == NULL)
            break;
        *tail = definition;
        tail = &definition->next;
    }
    if (parser.code == GQL_OK && !sdl_index(document))
        return gql_fail_no_memory(failure);
    return parser.code;
}

int32_t gql_schema_document_parse(const char *sdl, size_t size, gql_schema_document **ret_document,
                                  gql_failure *failure)
{
    if (sdl == NULL || ret_document == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_schema_document_parse: sdl and ret_document must not be NULL");
    gql_schema_document *document = calloc(1, sizeof *document);
    if (document == NULL)
        return gql_fail_no_memory(failure);
    const int32_t code = read_document(document, sdl, size, failure);
    if (code == GQL_OK)
        *ret_document = document;
    else
        gql_schema_document_destroy(&document);
    return code;
}

int32_t sdl_parse_type(gql_schema_document *document, const char *text, size_t size,
                       const struct sdl_type **ret_type, gql_failure *failure)
{
    struct parser parser = {.document = document, .failure = failure, .token = {.start = text}};
    sdl_lexer_init(&parser.lexer, text, size);
    advance(&parser);
    const struct sdl_type *type = read_type(&parser, 0);
    if (parser.code == GQL_OK && parser.token.kind != SDL_TOKEN_END)
        fail_expected(&parser, "the end of the text");
    if (parser.code == GQL_OK)
        *ret_type = type;
    return parser.code;
}
