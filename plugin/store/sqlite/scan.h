// SPDX-License-Identifier: MIT
/* Pages: rows in the order of their titles, from a position on. */
#ifndef PLUGIN_STORE_SQLITE_SCAN_H
#define PLUGIN_STORE_SQLITE_SCAN_H

#include "plugin/store/collation.h"
#include "plugin/store/sqlite/connection.h"

/* As store_scan, for the organization with this key. */
enum store_status scan_rows(struct connection *connection, const struct collation *collation,
                            int64_t organization, const struct store_range *range, int limit,
                            struct integration_list *list, struct store_detail *detail);

#endif
