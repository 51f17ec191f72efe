// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/survey.h"

#include <stddef.h>

#include "plugin/store/postgres/reader.h"

enum { ORGANIZATIONS_PER_STEP = 1000 };

static struct store_survey *survey_of(struct store_read *read)
{
    return (struct store_survey *)((char *)read - offsetof(struct store_survey, read));
}

static enum store_status take(struct store_survey *survey, const PGresult *found)
{
    const int count = pq.PQntuples(found);
    for (int row = 0; row < count; row++) {
        if (wire_column_boolean(found, row, 2) &&
            !survey->found(survey->user, wire_column(found, row, 1), 0))
            return STORE_NO_MEMORY;
    }
    survey->place = count < ORGANIZATIONS_PER_STEP ? SURVEY_END
                                                   : wire_column_number(found, count - 1, 0) + 1;
    return STORE_OK;
}

static enum store_status run(struct store_read *read, struct store_reader *base)
{
    struct postgres_reader *reader = (struct postgres_reader *)base;
    struct store_survey *survey = survey_of(read);
    struct wire_parameters given = {0};
    const int place = reader_begin_last(reader);
    wire_give_integer(&given, (int32_t)survey->place);
    wire_give_text(&given, survey->consumer);
    wire_give_bigint(&given, ORGANIZATIONS_PER_STEP);
    trip_add(&reader->last, QUERY_FIND_ORGANIZATIONS, &given);
    const enum store_status status = reader_run_last(reader);
    return status == STORE_OK ? take(survey, reader->last.results[place]) : status;
}

static int32_t end(struct store_read *read)
{
    struct store_survey *survey = survey_of(read);
    survey->status = read->status;
    survey->detail = read->detail;
    return survey->done(survey);
}

int32_t postgres_survey(struct store *store, struct store_survey *survey)
{
    survey->read = (struct store_read){.run = run, .done = end, .deadline = survey->deadline};
    return store_read(store, &survey->read);
}
