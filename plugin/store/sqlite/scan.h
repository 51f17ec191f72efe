// SPDX-License-Identifier: MIT
/* Pages: rows in the order of their titles, from a position on. */
#ifndef PLUGIN_STORE_SQLITE_SCAN_H
#define PLUGIN_STORE_SQLITE_SCAN_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/queries.h"

/*
 * As store_scan, for this organization. STORE_DAMAGED if the rows are out of order, if there are
 * more or fewer of them than the organization counts, or if the row at a bound is not there.
 */
enum store_status scan_rows(struct connection *connection, const struct collation *collation,
                            const struct organization_row *organization,
                            const struct store_range *range, int limit,
                            struct integration_list *list, struct store_detail *detail);

#endif
