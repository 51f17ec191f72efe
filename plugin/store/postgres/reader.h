// SPDX-License-Identifier: MIT
/*
 * Reads on one session. Those that look for IDs are answered together, by one statement; any other
 * has a snapshot of its own. Waits for the server.
 */
#ifndef PLUGIN_STORE_POSTGRES_READER_H
#define PLUGIN_STORE_POSTGRES_READER_H

#include "plugin/store/engine.h"
#include "plugin/store/postgres/database.h"

struct postgres_reader {
    struct store_reader base;
    struct database *database;
    struct session *session;
    const struct store_read *read; /* The one that runs. */
    int time_limit_ms;
    struct trip ahead; /* What was read before the code of the reads ran. */
    struct trip last;  /* What it has read last. */
    bool has_snapshot; /* Of its own: a transaction is open. */
};

/*
 * Begins the snapshot of a read, or of several that look for IDs, and reads what they are known to
 * need. If the session is lost, nothing has been called: begin again with another one.
 */
enum trip_end reader_begin(struct postgres_reader *reader, struct database *database,
                           struct session *session, const struct store_read *reads,
                           enum store_status *ret_status, struct store_detail *detail);
void reader_end(struct postgres_reader *reader);

/* Runs the code of one of them, or rejects it, since its organization is suspended. */
void reader_run(struct postgres_reader *reader, struct store_read *read);

/* Begins another trip of the reader's; returns where the result of its first statement will be. */
int reader_begin_last(struct postgres_reader *reader);

/* Runs it. */
enum store_status reader_run_last(struct postgres_reader *reader);

/* The functions of the engine. */
enum store_status postgres_get(struct store_reader *base, const struct identifier *id,
                               struct integration *ret_integration);
enum store_status postgres_count(struct store_reader *base, struct text organization_id,
                                 struct store_counts *ret_counts);
enum store_status postgres_scan(struct store_reader *base, const struct store_range *range,
                                int limit, struct integration_list *list);
enum store_status postgres_events(struct store_reader *base, const struct store_event_range *range,
                                  int64_t limit, trail_visit_fn visit, void *user);
enum store_status postgres_trail_head(struct store_reader *base, struct text organization_id,
                                      struct trail_head *ret_head);
enum store_status postgres_trail_checkpoint(struct store_reader *base, struct text organization_id,
                                            struct trail_checkpoint *ret_checkpoint);

#endif
