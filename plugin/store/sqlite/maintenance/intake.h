// SPDX-License-Identifier: MIT
/*
 * Takes integrations and trails into a database, in one transaction: all of it or nothing. What is
 * there already, and the same, is left as it is, so that an import that was ended can be done
 * again; what is there and differs is a failure. Gateways' changes wait meanwhile.
 */
#ifndef PLUGIN_STORE_SQLITE_MAINTENANCE_INTAKE_H
#define PLUGIN_STORE_SQLITE_MAINTENANCE_INTAKE_H

#include "plugin/base/tenant_name.h"
#include "plugin/store/collation.h"
#include "plugin/store/sqlite/maintenance/access.h"
#include "plugin/store/sqlite/maintenance/deleted.h"
#include "plugin/store/trail_checkpoint.h"

struct intake {
    struct database_access *access;
    struct collation *collation;
    struct tenant_id organization; /* That the next two are of; of size 0: none. */
    int64_t key;
    struct trail_head head;
    struct trail_checkpoint checkpoint;
    long long added, same; /* Integrations. */
    long long deleted;     /* Deleted ones that were added. */
};

/*
 * Begins the transaction of a database that was opened for writing. Refuses one of an older schema,
 * and one whose order was made with another collation than this ICU's. End it in any case.
 */
int32_t intake_begin(struct intake *intake, struct database_access *access, gql_failure *failure);

/* One that is there as a deleted one differs. */
int32_t intake_integration(struct intake *intake, const struct integration *integration,
                           gql_failure *failure);

/* Takes a deleted one; one that is there differs. */
int32_t intake_deleted(struct intake *intake, const struct deleted_integration *deleted,
                       gql_failure *failure);

/* Finds the organization, or makes it: for the functions below. */
int32_t intake_enter(struct intake *intake, struct text id, gql_failure *failure);

/*
 * Where an organization's trail begins whose first events were removed: before its events. A trail
 * that is there must have had that event.
 */
int32_t intake_checkpoint(struct intake *intake, struct text organization_id,
                          const struct trail_checkpoint *checkpoint, gql_failure *failure);

/* An organization's events come in their order; each must continue its trail, or be in it. */
int32_t intake_event(struct intake *intake, struct text organization_id,
                     const struct trail_event *event, gql_failure *failure);

/*
 * Up to which event of an organization a consumer has come: after the events. One that is there
 * keeps its lease, and the higher position.
 */
int32_t intake_consumer(struct intake *intake, struct text organization_id, struct text name,
                        int64_t position, gql_failure *failure);

int32_t intake_commit(struct intake *intake, gql_failure *failure);

/* Rolls back what was not committed. */
void intake_end(struct intake *intake);

#endif
