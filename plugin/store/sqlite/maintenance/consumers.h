// SPDX-License-Identifier: MIT
/* The consumers of events (plugin/store/consumer.h). A database of an older schema has none. */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_CONSUMERS_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_CONSUMERS_H

#include "plugin/store/sqlite/maintenance/access.h"

struct database_consumer {
    struct text name;
    int64_t position;    /* The last event that he has acknowledged; 0: none. */
    int64_t behind;      /* How many events come after it, of those that are kept. */
    int64_t lease_until; /* Unix milliseconds, also in the past; 0: there is no lease. */
    int64_t process;     /* The ID of who has the lease; 0: it is not known. */
};

/* Takes one, whose name is borrowed until the return. False ends it. */
typedef bool database_consumer_fn(void *user, const struct database_consumer *consumer);

/*
 * Gives those of an organization to `take`, in the order of their names. Of one state if a
 * transaction is open.
 */
int32_t database_consumers_of(struct database_access *access, struct text organization_id,
                              database_consumer_fn *take, void *user, gql_failure *failure);

struct consumer_removal {
    struct text name;
    struct text organization_id; /* No text: all. */
    int64_t now;                 /* Unix milliseconds. */
    bool is_forced;              /* Also if somebody holds a lease of his. */
    long long removed;           /* The outcome: from how many organizations. */
};

/*
 * Forgets a consumer, in one transaction of a database that was opened for writing. Refuses one of
 * whose leases somebody holds.
 */
int32_t database_consumer_remove(struct database_access *access, struct consumer_removal *removal,
                                 gql_failure *failure);

#endif
