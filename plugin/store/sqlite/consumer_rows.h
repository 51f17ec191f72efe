// SPDX-License-Identifier: MIT
/* The consumers of a database (plugin/store/consumer.h): positions and leases. */
#ifndef PLUGIN_STORE_SQLITE_CONSUMER_ROWS_H
#define PLUGIN_STORE_SQLITE_CONSUMER_ROWS_H

#include "plugin/store/consumer.h"
#include "plugin/store/sqlite/connection.h"

enum { CONSUMER_SCHEMA = 6 }; /* The first with the table. */

/*
 * Whether a lease that ends then is held. One that would last longer than any was made before the
 * clock was set back.
 */
static inline bool consumer_lease_holds(int64_t until, int64_t now)
{
    return until > now && until - now <= STORE_LEASE_MILLISECONDS_MAX;
}

/*
 * Within a write transaction: as STORE_CLAIM and STORE_ACKNOWLEDGE. `now` is Unix milliseconds.
 */
enum store_status consumer_claim(struct connection *connection, struct store_mutation *mutation,
                                 int64_t now);
enum store_status consumer_acknowledge(struct connection *connection,
                                       struct store_mutation *mutation, int64_t now);

/* Within a read transaction: a step of store_survey. */
enum store_status consumer_survey(struct connection *connection, struct store_survey *survey,
                                  struct store_detail *detail);

#endif
