// SPDX-License-Identifier: MIT
/* How many integrations organizations have, as the command stats says it. */
#ifndef PLUGIN_CTL_COUNTS_H
#define PLUGIN_CTL_COUNTS_H

#include <jansson.h>

#include "plugin/store/store.h"

/* Appends an organization to the list `user`. False: memory ran out. */
bool counts_take(void *user, struct text id, const struct store_counts *counts);
void counts_print(const json_t *organizations);

#endif
