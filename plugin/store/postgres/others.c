// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/others.h"

#include "plugin/store/postgres/batch.h"
#include "plugin/store/postgres/reader.h"

/*
 * A batch is committed later than its key says, and clocks differ: so long, it is looked for again.
 * What comes later than that is found by a survey.
 */
enum { MARGIN_MS = 5000 };

static enum store_status run(struct store_read *read, struct store_reader *base)
{
    struct others *others = (struct others *)read;
    struct postgres_reader *reader = (struct postgres_reader *)base;
    const struct database *database = reader->database;
    const struct identifier first = batch_key_at(others->since - MARGIN_MS);
    struct wire_parameters given = {0};
    const int place = reader_begin_last(reader);
    wire_give_identifier(&given, &first);
    wire_give(&given, database->gateway, sizeof database->gateway);
    trip_add(&reader->last, QUERY_FIND_OTHERS, &given);
    const enum store_status status = reader_run_last(reader);
    if (status == STORE_OK && pq.PQntuples(reader->last.results[place]) > 0)
        atomic_store(&others->found, true);
    return status;
}

static int32_t end(struct store_read *read)
{
    struct others *others = (struct others *)read;
    if (read->status == STORE_OK)
        others->since = others->began;
    atomic_store(&others->is_under_way, false);
    return GQL_OK;
}

bool others_look(struct others *others, struct store *store, int64_t now)
{
    if (!atomic_exchange(&others->is_under_way, true)) {
        others->began = now;
        if (others->since == 0)
            others->since = now;
        others->read = (struct store_read){.run = run, .done = end};
        store_read(store, &others->read);
    }
    return atomic_exchange(&others->found, false);
}
