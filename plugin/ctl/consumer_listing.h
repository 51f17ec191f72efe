// SPDX-License-Identifier: MIT
/* What the list of consumers of SQLite databases has in common with that on a server. */
#ifndef PLUGIN_CTL_CONSUMER_LISTING_H
#define PLUGIN_CTL_CONSUMER_LISTING_H

#include "plugin/ctl/commands.h"
#include "plugin/store/consumer_list.h"

struct consumer_listing {
    const struct options *options;
    struct text organization_id;
    bool *has_heading;   /* Whether it was printed. */
    enum exit_code code; /* Of the last one. */
};

/* Prints one: a consumer_fn. */
bool consumer_listing_take(void *listing, const struct listed_consumer *consumer);

#endif
