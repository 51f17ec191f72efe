// SPDX-License-Identifier: MIT
/* Questions that both readers and the writer ask of a connection. */
#ifndef STORE_QUERIES_H
#define STORE_QUERIES_H

#include "plugin/store/sqlite/connection.h"

/* As store_visit. */
enum store_status query_visit(struct connection *connection, const struct identifier *id,
                              store_visit_fn visit, void *user, struct store_trouble *trouble);

/* As store_get. */
enum store_status query_integration(struct connection *connection, const struct identifier *id,
                                    struct integration_list *list, struct store_trouble *trouble);

/* As store_read_organization. */
enum store_status query_organization(struct connection *connection, struct text id,
                                     struct store_organization *ret_organization,
                                     struct store_trouble *trouble);

#endif
