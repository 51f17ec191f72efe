// SPDX-License-Identifier: MIT
/* What the removal of a consumer from SQLite databases has in common with that on a server. */
#ifndef PLUGIN_CTL_CONSUMER_REMOVING_H
#define PLUGIN_CTL_CONSUMER_REMOVING_H

#include "plugin/ctl/commands.h"
#include "plugin/store/consumer_list.h"

enum exit_code consumer_removal_print(const struct options *options, const char *database,
                                      const struct consumer_removal *removal);

/* After all databases, whose worst code is given: `found`, whether one had the consumer. */
enum exit_code consumer_removal_conclude(const struct options *options, enum exit_code code,
                                         bool found);

#endif
