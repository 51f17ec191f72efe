// SPDX-License-Identifier: MIT
/* The trails of a database: the events, and the heads in the organizations' rows. */
#ifndef PLUGIN_STORE_SQLITE_TRAIL_ROWS_H
#define PLUGIN_STORE_SQLITE_TRAIL_ROWS_H

#include "plugin/store/sqlite/connection.h"

struct trail_row {
    int64_t organization; /* Its key; 0: there is no such organization. */
    struct trail_head head;
    bool erased; /* The organization was; only trail_rows_find_to_append tells. */
};

/* The second needs the schema of today. */
enum store_status trail_rows_find(struct connection *connection, struct text organization_id,
                                  struct trail_row *ret_row, struct store_detail *detail);
enum store_status trail_rows_find_to_append(struct connection *connection,
                                            struct text organization_id, struct trail_row *ret_row,
                                            struct store_detail *detail);

/*
 * Within a transaction, which must be the same for all that is verified together. As store_events
 * and store_trail_head, but what is damaged is given as it is, for the verification to find.
 */
enum store_status trail_rows_read(struct connection *connection,
                                  const struct store_event_range *range, int64_t limit,
                                  trail_visit_fn visit, void *user, struct store_detail *detail);
enum store_status trail_rows_head(struct connection *connection, struct text organization_id,
                                  struct trail_head *ret_head, struct store_detail *detail);

#endif
