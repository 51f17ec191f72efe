// SPDX-License-Identifier: MIT
/* What a database holds, in numbers. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_FACTS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_FACTS_H

#include "plugin/store/sqlite/maintenance/access.h"

struct database_facts {
    long long file_bytes;
    long long log_bytes;  /* Of the -wal. */
    long long free_bytes; /* Of pages that are in no use. */
    char collation[256];  /* What the order was made with; empty: nothing. */
};

int32_t database_facts_read(struct database_access *access, struct database_facts *ret_facts,
                            gql_failure *failure);

/* Called for each organization, in the order of their IDs; the text is borrowed. */
typedef bool database_facts_fn(void *user, struct text organization_id,
                               const struct store_counts *counts);

/* False of `take` ends it, for want of memory. */
int32_t database_facts_organizations(struct database_access *access, database_facts_fn *take,
                                     void *user, gql_failure *failure);

#endif
