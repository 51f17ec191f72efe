// SPDX-License-Identifier: MIT
/*
 * Takes calls out of a list that have waited long enough: to their deadline, or since `since` or
 * longer. Their status is STORE_EXPIRED, or `status` with the detail. They are put at *ended.
 */
#ifndef PLUGIN_STORE_POSTGRES_IMPATIENCE_H
#define PLUGIN_STORE_POSTGRES_IMPATIENCE_H

#include "plugin/store/store.h"

/* They return the end of what is left of the list. */
struct store_read **impatient_reads_take(struct store_read **place, uint64_t since,
                                         enum store_status status,
                                         const struct store_detail *detail,
                                         struct store_read **ended);
struct store_mutation **impatient_mutations_take(struct store_mutation **place, uint64_t since,
                                                 enum store_status status,
                                                 const struct store_detail *detail,
                                                 struct store_mutation **ended);

#endif
