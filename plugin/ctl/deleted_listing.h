// SPDX-License-Identifier: MIT
/* What the list of deleted integrations in SQLite databases has in common with that on a server. */
#ifndef PLUGIN_CTL_DELETED_LISTING_H
#define PLUGIN_CTL_DELETED_LISTING_H

#include "plugin/ctl/commands.h"
#include "plugin/store/deleted.h"
#include "plugin/store/trail.h"

/* Who deleted an integration, as its events say. Zeroed: nobody knows. */
struct deletion {
    char actor[256];
    bool is_known;
};

/* Takes the events of the integration in their order: a trail_visit_fn. */
bool deletion_take_event(void *deletion, const struct trail_event *event);

enum exit_code deletion_print(const struct options *options,
                              const struct deleted_integration *deleted,
                              const struct deletion *deletion);

#endif
