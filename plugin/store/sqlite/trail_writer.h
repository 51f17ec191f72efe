// SPDX-License-Identifier: MIT
/*
 * Appends events to trails within a write transaction. A head is read at an organization's first
 * event and written once, at the end: a batch often has many changes of one organization.
 */
#ifndef PLUGIN_STORE_SQLITE_TRAIL_WRITER_H
#define PLUGIN_STORE_SQLITE_TRAIL_WRITER_H

#include "plugin/store/sqlite/connection.h"
#include "plugin/store/sqlite/trail_rows.h"
#include "plugin/store/trail_body.h"

enum { TRAIL_WRITER_ROWS = 16 };

struct trail_writer {
    struct connection *connection;
    /* Heads that are not written yet. The organizations' IDs are those of the facts. */
    struct open_trail {
        struct text organization_id;
        struct trail_row row;
    } open[TRAIL_WRITER_ROWS];
    int count;
    int next; /* Whose place is needed next. */
};

/* At the begin of a transaction. */
static inline void trail_writer_begin(struct trail_writer *writer)
{
    writer->count = writer->next = 0;
}

/*
 * Appends an event. Draws the salt and facts->random. The ID of the organization must live until
 * the end of the transaction. If it fails, undo what it did: STORE_NOT_FOUND if there is no such
 * organization, STORE_ERASED if it was erased here.
 */
enum store_status trail_writer_add(struct trail_writer *writer, struct trail_facts *facts,
                                   struct store_detail *detail);

/* The key of an organization that has an event in this transaction; 0: of another one. */
int64_t trail_writer_key(const struct trail_writer *writer, struct text organization_id);

/* Before the commit: writes the heads. Returns SQLite's code. */
int trail_writer_end(struct trail_writer *writer);

#endif
