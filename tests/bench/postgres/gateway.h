// SPDX-License-Identifier: MIT
/* Gateways, each a process of its own with an instance of the plugin. Used by one thread. */
#ifndef BENCH_POSTGRES_GATEWAY_H
#define BENCH_POSTGRES_GATEWAY_H

#include "plugin/base/identifier.h"

enum order_kind { ORDER_FILL, ORDER_GETS, ORDER_PAGES, ORDER_TOTALS, ORDER_CREATES, ORDER_ADVANCE };

struct order {
    enum order_kind kind;
    char organization[16];
    int in_flight;
    int count; /* Calls. ORDER_ADVANCE: rows from the start that the pages begin behind. */
    int place; /* 0 or 1: each has a cursor of its own, which ORDER_ADVANCE moves. */
};

struct gateway;

struct gateway_place {
    const char *plugin;
    const char *url;
    const char *folder; /* For its keyring. */
    const struct identifier *ids;
    int id_count;
};

/*
 * Forks: no other thread may run. Returns when its instance is open. `place` must stay. Ends the
 * program if it fails, as all below.
 */
struct gateway *gateway_start(const struct gateway_place *place);
void gateway_stop(struct gateway **gateway);

/* In two steps, so that several gateways work at the same time. */
void gateway_send(struct gateway *gateway, const struct order *order);
void gateway_await(struct gateway *gateway);

/* What bench_compare compares: gateways that share the calls; each has an organization. */
struct gateway_load {
    struct gateway *gateways[2];
    struct order orders[2];
    int count; /* Gateways. */
};

void gateway_run(void *load, int count); /* A bench_fn. */

#endif
