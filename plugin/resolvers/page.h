// SPDX-License-Identifier: MIT
/*
 * A page of an ordered list by the algorithm of the Relay Cursor Connections Specification, section
 * 4.4: cursors first, then `first`, then `last` of those. The flags are exact in both directions,
 * whatever was given.
 */
#ifndef RESOLVERS_PAGE_H
#define RESOLVERS_PAGE_H

#include "plugin/store/store.h"

enum { PAGE_ABSENT = -1 };

struct page_request {
    enum store_filter filter;
    bool descending;
    int first; /* PAGE_ABSENT: not given. One of both is. */
    int last;
    /* In the order of the list, so after and before in falling order too. */
    const struct store_position *after;
    const struct store_position *before;
    bool wants_next;
    bool wants_previous;
};

struct page {
    struct integration_list items;
    /* There is one in the list after the page; of an empty page: after its place. */
    bool has_next;
    bool has_previous; /* … before it. */
};

/* The page is to be finished by integration_list_finish in any case. */
enum store_status page_read(struct store_reader *reader,
                            const struct store_organization *organization,
                            const struct page_request *request, struct page *page,
                            struct store_trouble *trouble);

#endif
