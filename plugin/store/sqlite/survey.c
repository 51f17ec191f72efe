// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/survey.h"

#include <stddef.h>

#include "plugin/store/sqlite/consumer_rows.h"
#include "plugin/store/sqlite/opening.h"

static struct store_survey *survey_of(struct store_read *read)
{
    return (struct store_survey *)((char *)read - offsetof(struct store_survey, read));
}

static enum store_status run(struct store_read *read, struct store_reader *base)
{
    return consumer_survey(&((struct reader *)base)->connection, survey_of(read), base->detail);
}

static int32_t end(struct store_read *read)
{
    struct store_survey *survey = survey_of(read);
    survey->status = read->status;
    survey->detail = read->detail;
    return survey->done(survey);
}

int32_t sqlite_survey(struct store *store, struct store_survey *survey)
{
    survey->read = (struct store_read){.run = run, .done = end, .deadline = survey->deadline};
    return store_read(store, &survey->read);
}

bool sqlite_others_committed(struct store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct reader *reader = readers_take_ready(&store->readers);
    if (reader == NULL)
        return false;
    const struct wal_state state = wal_index_state(reader->snapshot.index);
    readers_give_back(reader);
    return other_commits_look(&store->writer.others, wal_state_changes(&state));
}
