// SPDX-License-Identifier: MIT
/*
 * What a page of a database holds that no row uses: SQLite overwrites what it deletes, but when it
 * moves rows from one page to another it leaves what they were on the former. See "B-tree Pages"
 * and "The Freelist" in SQLite's file format.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_PAGE_SCRUB_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_PAGE_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The header of the database, before that of the first page. */
enum { PAGE_FILE_HEADER_SIZE = 100 };

/*
 * A database must have fewer pages: then the first byte of a page that goes on with a long row,
 * which is that of a page's number, is never that of a page with rows.
 */
enum { PAGE_SCRUB_LIMIT = 0x02000000 };

/*
 * Zeroes the unused bytes of a page with rows; leaves another page, or one that is damaged, as it
 * is. `usable` is the page's size without what is reserved; `header` is where the page's header
 * begins, PAGE_FILE_HEADER_SIZE on the first page and 0 on others. Returns whether a byte changed.
 */
bool page_scrub(uint8_t *page, size_t usable, size_t header);

/* The same for one of the pages that list free pages: what is behind its list. */
bool page_scrub_trunk(uint8_t *page, size_t usable);

/* The same for a free page: all of it. */
bool page_scrub_free(uint8_t *page, size_t usable);

/* A number of the file format, in its byte order. */
uint32_t page_number_at(const uint8_t *place);

#endif
