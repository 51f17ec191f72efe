// SPDX-License-Identifier: MIT
/*
 * Consumers of events: somebody with a name, for whom the store keeps up to which event of each
 * organization he has come. An organization's events are leased to one of his at a time.
 */
#ifndef PLUGIN_STORE_CONSUMER_H
#define PLUGIN_STORE_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/text.h"

enum {
    CONSUMER_NAME_MAX = 64,
    STORE_LEASE_SIZE = 16,
    STORE_LEASE_MILLISECONDS_MAX = 3600 * 1000,
};

/* What STORE_CLAIM and STORE_ACKNOWLEDGE are about. Owned by the caller, with its text. */
struct store_lease {
    struct text consumer;
    uint8_t token[STORE_LEASE_SIZE]; /* Who holds the lease: consumer_lease_draw. */
    int64_t milliseconds;            /* How long it lasts from now on; 0: it ends. */
    /*
     * Up to which event the consumer has come. Acknowledge: set it, 0 for no progress; if the
     * result is STORE_OK, both functions set it to what is stored.
     */
    int64_t position;
    bool is_behind; /* Set likewise: there are events after the position. */
};

/* A new one of this process: its ID, the highest byte first, and 12 random bytes. */
void consumer_lease_draw(uint8_t ret_token[STORE_LEASE_SIZE]);

/* The ID of the process that drew it; 0: it is none of Linux. */
int64_t consumer_lease_process(const uint8_t token[STORE_LEASE_SIZE]);

/* Whether it can be a consumer's name: 1 to CONSUMER_NAME_MAX of A-Z a-z 0-9 . _ -. */
bool consumer_is_name(struct text name);

#endif
