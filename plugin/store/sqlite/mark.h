// SPDX-License-Identifier: MIT
/*
 * The mark of a database's state: a setting of random bytes that every transaction of the plugin
 * replaces, and which keeps the one that it replaced. So a log, whose frames have marks, can be
 * compared with a database file before SQLite copies the one into the other (foreign_log.h).
 */
#ifndef PLUGIN_STORE_SQLITE_MARK_H
#define PLUGIN_STORE_SQLITE_MARK_H

#include "plugin/store/sqlite/connection.h"

struct mark {
    uint64_t now;
    uint64_t former; /* 0: there was none. */
};

/*
 * Once in a transaction that changes something: the former mark must be one that was committed.
 * Returns SQLite's code.
 */
int mark_advance(struct connection *connection);

enum mark_sight {
    MARK_ELSEWHERE, /* The page is not that of the settings. */
    MARK_NONE,
    MARK_TORN, /* The page is partly one, partly another: the power failed as it was written. */
    MARK_FOUND,
};

/* Looks for the mark in a page as it is in the file. Sets *ret_mark if there is one. */
enum mark_sight mark_find(const uint8_t *page, size_t size, struct mark *ret_mark);

#endif
