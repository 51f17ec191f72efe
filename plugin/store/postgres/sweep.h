// SPDX-License-Identifier: MIT
/*
 * Erases what is kept beyond its retention, in steps: what is due is looked for in all tags, in a
 * transaction that only reads; what is found is erased in one transaction for each tag, which waits
 * for nobody. Several gateways may do so at once. A step without an answer is done again.
 */
#ifndef PLUGIN_STORE_POSTGRES_SWEEP_H
#define PLUGIN_STORE_POSTGRES_SWEEP_H

#include "plugin/store/postgres/write.h"

/* A step for each mutation of the work. Never doubted. */
enum write_end sweep_run(struct write *write, struct database *database, struct session *session,
                         const struct work *work);

#endif
