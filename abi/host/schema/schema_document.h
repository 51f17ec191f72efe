// SPDX-License-Identifier: MIT
/*
 * The inside of a gql_schema_document: lists in the order of the text, all in one arena.
 * Definitions and extensions of one name stay apart; the functions below look through all of them.
 */
#ifndef GQL_SCHEMA_DOCUMENT_H
#define GQL_SCHEMA_DOCUMENT_H

#include "gql_host.h"

enum sdl_kind {
    SDL_SCHEMA,
    SDL_SCALAR,
    SDL_OBJECT,
    SDL_INTERFACE,
    SDL_UNION,
    SDL_ENUM,
    SDL_INPUT,
    SDL_DIRECTIVE,
};

/*
 * A name with where it was used; lists of interfaces, members, values, locations and uses of
 * directives.
 */
struct sdl_name {
    const char *text;
    const struct sdl_name *next;
    unsigned line;
};

struct sdl_type {
    const struct sdl_type *of; /* Of a list: its members' type. */
    const char *name;          /* Else the named type. */
    const char *text;          /* As written, without blanks: `[Integration!]!`. */
    bool non_null;
};

/* A field with arguments, a field of an input, or an argument. */
struct sdl_field {
    const char *name;
    const struct sdl_type *type;
    const struct sdl_field *arguments;
    const struct sdl_name *directives;
    const char *default_text; /* NULL: none. */
    const struct sdl_field *next;
    unsigned line;
};

struct sdl_definition {
    enum sdl_kind kind;
    bool extends;
    bool repeatable;  /* Directives. */
    const char *name; /* "schema" for SDL_SCHEMA. */
    /* Interfaces of objects and interfaces; members, values; locations. */
    const struct sdl_name *names;
    /* Of types and inputs; arguments of directives; operations of a schema. */
    const struct sdl_field *fields;
    const struct sdl_name *directives;
    const struct sdl_definition *next;
    unsigned line;
};

struct sdl_arena_block;

struct gql_schema_document {
    struct sdl_arena_block *blocks;
    const struct sdl_definition *first;
};

/* Frees the document's memory, not the struct. */
void sdl_finish(gql_schema_document *document);

/* Memory that lives as long as the document, zeroed; NULL if out of memory. */
void *sdl_allocate(gql_schema_document *document, size_t size);

/* "type", "interface", … as in SDL. */
const char *sdl_kind_name(enum sdl_kind kind);

bool sdl_is_builtin_scalar(const char *name);

/*
 * The definition, or the first extension if there is no definition, of a type (or a directive).
 * NULL: none.
 */
const struct sdl_definition *sdl_find(const gql_schema_document *document, bool directive,
                                      const char *name);

/* The next definition or extension of the same name. To go through all: start from sdl_first. */
const struct sdl_definition *sdl_first(const gql_schema_document *document, bool directive,
                                       const char *name);
const struct sdl_definition *sdl_next(const struct sdl_definition *definition);

const struct sdl_field *sdl_find_field(const gql_schema_document *document, const char *type,
                                       const char *field);
const struct sdl_field *sdl_field_named(const struct sdl_field *first, const char *name);

/* Whether any definition or extension of `type` lists the name: an interface, a member, a value. */
bool sdl_lists(const gql_schema_document *document, const char *type, const char *name);

/* Whether `type` is `abstract`, implements it, or is a member of it. */
bool sdl_is_possible(const gql_schema_document *document, const char *abstract, const char *type);

/* The name inside lists and exclamation marks. */
const char *sdl_base_name(const struct sdl_type *type);

/*
 * The name of the object type of queries, mutations ("mutation") or subscriptions; a schema
 * definition may rename it.
 */
const char *sdl_root_name(const gql_schema_document *document, const char *operation);

#endif
