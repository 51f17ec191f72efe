// SPDX-License-Identifier: MIT
/*
 * Looks for organizations that may have events for a consumer, those of some tags at a time: a
 * place is a tag, so all organizations of a tag are in one step.
 */
#ifndef PLUGIN_STORE_POSTGRES_SURVEY_H
#define PLUGIN_STORE_POSTGRES_SURVEY_H

#include "plugin/store/engine.h"

/* As store_survey. */
int32_t postgres_survey(struct store *store, struct store_survey *survey);

#endif
