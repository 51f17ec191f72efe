// SPDX-License-Identifier: MIT
/*
 * A page of an ordered list by the algorithm of the Relay Cursor Connections Specification, section
 * 4.4: cursors first, then `first`, then `last` of those. Both flags are exact, whatever was given.
 */
#ifndef PLUGIN_RESOLVERS_PAGE_H
#define PLUGIN_RESOLVERS_PAGE_H

#include "plugin/store/store.h"

enum { PAGE_ABSENT = -1 };

struct page_request {
    struct text organization_id;
    enum store_filter filter;
    bool descending;
    int first; /* PAGE_ABSENT: not given. At least one of both is. */
    int last;
    const struct store_position *after; /* In the order of the list, falling order included. */
    const struct store_position *before;
    bool wants_next;
    bool wants_previous;
};

struct page {
    struct integration_list items;
    bool has_next;     /* The list goes on after the page; if the page is empty, after its place. */
    bool has_previous; /* Likewise, before it. */
};

/* Finish the page's items (integration_list_finish) in any case. */
enum store_status page_read(struct store_reader *reader, const struct page_request *request,
                            struct page *page);

#endif
