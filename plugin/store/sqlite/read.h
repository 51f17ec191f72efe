// SPDX-License-Identifier: MIT
/* The reads of store.h, with a connection of the pool: inline where one is ready. */
#ifndef PLUGIN_STORE_SQLITE_READ_H
#define PLUGIN_STORE_SQLITE_READ_H

#include "plugin/store/store.h"

/* As store_get, store_count, store_scan, store_events, store_trail_head and
 * store_trail_checkpoint. */
enum store_status sqlite_get(struct store_reader *base, const struct identifier *id,
                             struct integration *ret_integration);
enum store_status sqlite_count(struct store_reader *base, struct text organization_id,
                               struct store_counts *ret_counts);
enum store_status sqlite_scan(struct store_reader *base, const struct store_range *range, int limit,
                              struct integration_list *list);
enum store_status sqlite_events(struct store_reader *base, const struct store_event_range *range,
                                int64_t limit, trail_visit_fn visit, void *user);
enum store_status sqlite_trail_head(struct store_reader *base, struct text organization_id,
                                    struct trail_head *ret_head);
enum store_status sqlite_trail_checkpoint(struct store_reader *base, struct text organization_id,
                                          struct trail_checkpoint *ret_checkpoint);

#endif
