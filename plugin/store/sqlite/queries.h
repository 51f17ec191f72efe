// SPDX-License-Identifier: MIT
/* Questions that both a reader and the writer ask of a connection. */
#ifndef PLUGIN_STORE_SQLITE_QUERIES_H
#define PLUGIN_STORE_SQLITE_QUERIES_H

#include "plugin/store/sqlite/connection.h"

/* As store_get. The texts are borrowed until the connection's next statement. */
enum store_status query_integration(struct connection *connection, const struct identifier *id,
                                    struct integration *ret_integration,
                                    struct store_detail *detail);

/* An organization as the database knows it. */
struct organization_row {
    int64_t key; /* 0: the database has never seen it. */
    struct store_counts counts;
};

enum store_status query_organization(struct connection *connection, struct text id,
                                     struct organization_row *ret_row, struct store_detail *detail);

#endif
