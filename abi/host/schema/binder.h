// SPDX-License-Identifier: MIT
/* The state of gql_bind, and its steps. */
#ifndef GQL_BINDER_H
#define GQL_BINDER_H

#include "abi/host/schema/schema_document.h"

struct binder {
    const gql_plugin *plugin;
    gql_schema_document *host;
    gql_schema_document *own;    /* The own parts of the plugin. */
    gql_schema_document *added;  /* Those, and the common parts that are missing in the host. */
    gql_schema_document *merged; /* `host` and `added`. */
    gql_binding *binding;
    gql_conflict_kind conflict_kind; /* Of conflicts added from now on. */
    size_t conflict_room;
    void *sentences;              /* The conflicts, for tsearch. */
    struct index_table resolvers; /* Of the plugin, by type and field. */
    struct index_table loaders;
    bool out_of_memory;
};

/* Adds a sentence to the conflicts, unless it is there already. */
__attribute__((format(printf, 2, 3))) void binder_add_conflict(struct binder *binder,
                                                               const char *format, ...);

/* Frees what finds a sentence among the conflicts. */
void binder_forget_sentences(struct binder *binder);

/* Compares a common part with the host's own definition, which must have what the plugin needs. */
void binder_compare_common(struct binder *binder, const gql_schema_document *part);

/* Checks names, types, interfaces and directives of the merged schema. */
void binder_check_types(struct binder *binder);

/* Checks the tables of resolvers, loaders and references against the schema. */
void binder_check_tables(struct binder *binder);

#endif
