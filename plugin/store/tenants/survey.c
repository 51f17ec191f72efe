// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/survey.h"

#include <errno.h>
#include <stddef.h>

enum { SHELVES = 256 };

static void run(struct task *task)
{
    struct store_survey *survey =
        (struct store_survey *)((char *)task - offsetof(struct store_survey, task));
    struct listing *listing = survey->listing;
    const uint32_t tag = (uint32_t)survey->place << 16;
    survey->status = listing_refresh(listing, tag, &survey->detail);
    if (survey->status == STORE_OK && !listing_each(listing, tag, survey->found, survey->user))
        survey->status = STORE_NO_MEMORY;
    if (survey->status == STORE_OK && ++survey->place == SHELVES)
        survey->place = SURVEY_END;
    survey->done(survey);
}

int32_t tenants_survey(struct listing *listing, struct pool *pool, struct store_survey *survey)
{
    survey->listing = listing;
    survey->task.run = run;
    if (pool_submit(pool, &survey->task))
        return GQL_PENDING;
    survey->status = STORE_SHORTAGE;
    store_detail_no_thread(&survey->detail, errno);
    return survey->done(survey);
}
