// SPDX-License-Identifier: MIT
/*
 * A gql_schema_document: lists in the order of the text, in one arena. Definitions and extensions
 * of the same name are separate entries; the look-ups below search all of them.
 */
#ifndef GQL_SCHEMA_DOCUMENT_H
#define GQL_SCHEMA_DOCUMENT_H

#include "abi/host/schema/schema_index.h"
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

/* A name, in a list of interfaces, members, values, locations or applied directives. */
struct sdl_name {
    const char *text;
    const struct sdl_name *next;
    unsigned line;
};

struct sdl_type {
    const struct sdl_type *of; /* Lists: the type of the members. */
    const char *name;          /* Otherwise: the named type. */
    const char *text;          /* In SDL, without blanks: `[Integration!]!`. */
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
    bool repeatable;  /* Directives only. */
    const char *name; /* "schema" for SDL_SCHEMA. */
    /* Interfaces, members of unions, values of enums, or locations of directives. */
    const struct sdl_name *names;
    /* Fields, arguments of directives, or operations of a schema. */
    const struct sdl_field *fields;
    const struct sdl_name *directives;
    struct sdl_definition *next;
    /* Set by sdl_index: the next one of the same name, and of the first one, what sdl_find is. */
    const struct sdl_definition *same;
    const struct sdl_definition *found;
    unsigned line;
};

struct sdl_arena_block;

struct gql_schema_document {
    struct sdl_arena_block *blocks;
    struct sdl_definition *first;
    /* What sdl_index has built: definitions, their fields, and the names that they list. */
    struct index_table definitions;
    struct index_table fields;
    struct index_table names;
};

/* Builds the tables of a complete document, for the look-ups below. False if out of memory. */
bool sdl_index(gql_schema_document *document);

/* Frees the memory of a document, not the struct itself. */
void sdl_finish(gql_schema_document *document);

/* Returns zeroed memory that lives as long as the document. NULL if out of memory. */
void *sdl_allocate(gql_schema_document *document, size_t size);

/* The keyword of SDL: "type", "interface", … */
const char *sdl_kind_name(enum sdl_kind kind);

bool sdl_is_builtin_scalar(const char *name);

/* The definition of a type or directive, or its first extension if there is none. NULL: neither. */
const struct sdl_definition *sdl_find(const gql_schema_document *document, bool directive,
                                      const char *name);

/* Iterates over all definitions and extensions of a name. */
const struct sdl_definition *sdl_first(const gql_schema_document *document, bool directive,
                                       const char *name);
const struct sdl_definition *sdl_next(const struct sdl_definition *definition);

const struct sdl_field *sdl_find_field(const gql_schema_document *document, const char *type,
                                       const char *field);

/* The first field of the name among all definitions and extensions, or argument of a directive. */
const struct sdl_field *sdl_find_member(const gql_schema_document *document, bool directive,
                                        const char *owner, const char *name);
const struct sdl_field *sdl_field_named(const struct sdl_field *first, const char *name);

/* Whether a definition or extension lists the name: an interface, a member, a value, a location. */
bool sdl_lists(const gql_schema_document *document, bool directive, const char *owner,
               const char *name);

/* Whether `type` is `abstract`, implements it, or is a member of it. */
bool sdl_is_possible(const gql_schema_document *document, const char *abstract, const char *type);

/* The named type inside lists. */
const char *sdl_base_name(const struct sdl_type *type);

/*
 * The name of the root type of "query", "mutation" or "subscription", which a schema definition may
 * rename.
 */
const char *sdl_root_name(const gql_schema_document *document, const char *operation);

/* ---- What a plugin declares beside its SDL; `schema` may be NULL ---- */

/* NULL if the plugin has no resolver for the field. */
const gql_resolver *schema_find_resolver(const gql_schema *schema, const char *type,
                                         const char *field);

bool schema_is_reference(const gql_schema *schema, const char *type);

#endif
