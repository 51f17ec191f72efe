// SPDX-License-Identifier: MIT
/* What tools see of the consumers of events (consumer.h), whatever engine stores them. */
#ifndef PLUGIN_STORE_CONSUMER_LIST_H
#define PLUGIN_STORE_CONSUMER_LIST_H

#include "gql_plugin.h"
#include "plugin/store/consumer.h"

struct listed_consumer {
    struct text name;
    int64_t position;    /* The last event that he has acknowledged; 0: none. */
    int64_t behind;      /* How many events come after it, of those that are kept. */
    int64_t lease_until; /* Unix milliseconds, also in the past; 0: there is no lease. */
    int64_t process;     /* The ID of who has the lease; 0: it is not known. */
};

/* Takes one, whose name is borrowed until the return. False ends it. */
typedef bool consumer_fn(void *user, const struct listed_consumer *consumer);

struct consumer_removal {
    struct text name;
    struct text organization_id; /* No text: all. */
    int64_t now;                 /* Unix milliseconds. */
    bool is_forced;              /* Also if somebody holds a lease of his. */
    long long removed;           /* The outcome: from how many organizations. */
};

/* Fails: somebody holds that lease. */
int32_t consumer_removal_refuse(const struct listed_consumer *consumer, struct text organization_id,
                                gql_failure *failure);

#endif
