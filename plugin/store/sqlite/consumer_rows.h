// SPDX-License-Identifier: MIT
/* The consumers of a database (plugin/store/consumer.h): positions and leases. */
#ifndef PLUGIN_STORE_SQLITE_CONSUMER_ROWS_H
#define PLUGIN_STORE_SQLITE_CONSUMER_ROWS_H

#include "plugin/store/consumer_place.h"
#include "plugin/store/sqlite/connection.h"

enum { CONSUMER_SCHEMA = 6 }; /* The first with the table. */

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
