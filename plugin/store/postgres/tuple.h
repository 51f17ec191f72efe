// SPDX-License-Identifier: MIT
/* Rows of results, checked: what no gateway of this plugin can have written is damage. */
#ifndef PLUGIN_STORE_POSTGRES_TUPLE_H
#define PLUGIN_STORE_POSTGRES_TUPLE_H

#include "plugin/store/postgres/wire.h"
#include "plugin/store/store.h"

/* Columns id, organization, version, is_active, title, credential_ref. Borrows from the result. */
enum store_status tuple_integration(const PGresult *result, int row,
                                    struct integration *ret_integration,
                                    struct store_detail *detail);

/* The same without the organization, which is known. */
enum store_status tuple_of_organization(const PGresult *result, int row,
                                        struct text organization_id,
                                        struct integration *ret_integration,
                                        struct store_detail *detail);

/* The columns from `column` on: active, inactive, trail_length, trail_hash. */
enum store_status tuple_counters(const PGresult *result, int row, int column,
                                 struct text organization_id, struct store_counts *ret_counts,
                                 struct trail_head *ret_head, struct store_detail *detail);

/* The columns from `column` on: checkpoint_length, checkpoint_hash, checkpoint_time. */
void tuple_checkpoint(const PGresult *result, int row, int column, struct text organization_id,
                      struct trail_checkpoint *ret_checkpoint);

/*
 * The columns sequence, entity, salt, digest, hash, body of events. Returns whether more are
 * wanted; *ret_last is the sequence of the last one, if there is one.
 */
bool tuple_visit_events(const PGresult *result, trail_visit_fn visit, void *user,
                        int64_t *ret_last);

/* Says what is damaged. */
enum store_status tuple_damaged(struct store_detail *detail, const char *what, int64_t value);

#endif
