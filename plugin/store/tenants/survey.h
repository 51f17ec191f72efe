// SPDX-License-Identifier: MIT
/* Finds the organizations that have a database, one shelf of the listing at a time. */
#ifndef PLUGIN_STORE_TENANTS_SURVEY_H
#define PLUGIN_STORE_TENANTS_SURVEY_H

#include "plugin/store/tenants/listing.h"

/*
 * As store_survey; `done` is called on a thread of the pool. Which have events is not looked at:
 * the version of each that has a database is, without opening it.
 */
int32_t tenants_survey(struct listing *listing, struct pool *pool, struct store_survey *survey);

#endif
