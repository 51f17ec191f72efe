// SPDX-License-Identifier: MIT
/* What the delivery of events asks of a database besides reads and changes. */
#ifndef PLUGIN_STORE_SQLITE_SURVEY_H
#define PLUGIN_STORE_SQLITE_SURVEY_H

#include "plugin/store/engine.h"

/* As store_survey and store_others_committed. */
int32_t sqlite_survey(struct store *store, struct store_survey *survey);
bool sqlite_others_committed(struct store *store);

#endif
