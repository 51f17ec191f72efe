// SPDX-License-Identifier: MIT
/* What the parts of gql_bind share. */
#ifndef GQL_BINDER_H
#define GQL_BINDER_H

#include "abi/host/schema/schema_document.h"

struct binder {
    const gql_plugin *plugin;
    gql_schema_document *host;
    gql_schema_document *own;    /* The plugin's own parts. */
    gql_schema_document *added;  /* These and the common parts that the host lacks. */
    gql_schema_document *merged; /* All of it. */
    gql_binding *binding;
    gql_conflict_kind conflict_kind; /* Of the conflicts that are found now. */
    size_t conflict_room;
    bool out_of_memory;
};

/* Adds a sentence to the conflicts, unless it is among them. */
__attribute__((format(printf, 2, 3))) void binder_add_conflict(struct binder *binder,
                                                               const char *format, ...);

/* What the host has of a common part must be what the plugin leans on. */
void binder_compare_common(struct binder *binder, const gql_schema_document *part);

/* Names, types, interfaces and directives of the merged schema. */
void binder_check_types(struct binder *binder);

/* Resolvers, loaders and references against the schema. */
void binder_check_tables(struct binder *binder);

#endif
