// SPDX-License-Identifier: MIT
/*
 * Takes integrations and trails into a database on a server, in one transaction: all of it or
 * nothing. What is there already, and the same, is left as it is, so that an import that was ended
 * can be done again; what is there and differs is a failure. Changes of an organization wait from
 * when its lines come.
 */
#ifndef PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_INTAKE_H
#define PLUGIN_STORE_POSTGRES_MAINTENANCE_SERVER_INTAKE_H

#include "plugin/base/tenant_name.h"
#include "plugin/store/deleted.h"
#include "plugin/store/postgres/maintenance/server.h"
#include "plugin/store/trail_checkpoint.h"

enum { SERVER_INTAKE_COLUMNS = 6, SERVER_INTAKE_TOGETHER = 500 };

struct server_intake {
    struct server_access *access;
    struct collation *collation;
    struct tenant_id organization;      /* That the members below are of; of size 0: none. */
    struct trail_head head;             /* As the organization has it. */
    struct trail_checkpoint checkpoint; /* Likewise, or as it gets it. */
    struct trail_head last;             /* The last event that came. */
    /* Rows that have come and are not sent: their columns. */
    struct wire_array integrations[SERVER_INTAKE_COLUMNS];
    struct wire_array deleted[SERVER_INTAKE_COLUMNS];
    struct wire_array events[SERVER_INTAKE_COLUMNS];
    long long added, same; /* Integrations. */
    long long deleted_added;
};

/*
 * Begins the transaction. Refuses a database whose order was made with another collation than this
 * ICU's. End it in any case.
 */
int32_t server_intake_begin(struct server_intake *intake, struct server_access *access,
                            gql_failure *failure);

/* An organization's lines come together: a checkpoint, then its events in their order. */
int32_t server_intake_integration(struct server_intake *intake,
                                  const struct integration *integration, gql_failure *failure);
int32_t server_intake_deleted(struct server_intake *intake,
                              const struct deleted_integration *deleted, gql_failure *failure);
int32_t server_intake_checkpoint(struct server_intake *intake, struct text organization_id,
                                 const struct trail_checkpoint *checkpoint, gql_failure *failure);
int32_t server_intake_event(struct server_intake *intake, struct text organization_id,
                            const struct trail_event *event, gql_failure *failure);

int32_t server_intake_consumer(struct server_intake *intake, struct text organization_id,
                               struct text name, int64_t position, gql_failure *failure);

int32_t server_intake_commit(struct server_intake *intake, gql_failure *failure);

/* Rolls back what was not committed. */
void server_intake_end(struct server_intake *intake);

/* ---- For the parts of the intake ---- */

/* The tag and the ID of the organization. */
void server_intake_give_organization(const struct server_intake *intake,
                                     struct wire_parameters *given);

/* Fails: `what` differs from what is there. */
int32_t server_intake_refuse(const struct server_intake *intake, const char *what,
                             gql_failure *failure);

void server_intake_begin_rows(struct wire_array *columns, const enum wire_type *types);
void server_intake_finish_rows(struct wire_array *columns);
void server_intake_give_rows(struct wire_parameters *given, struct wire_array *columns);

/* The trail of the organization. */
void server_intake_begin_trail(struct server_intake *intake);
void server_intake_finish_trail(struct server_intake *intake);
int32_t server_intake_take_checkpoint(struct server_intake *intake,
                                      const struct trail_checkpoint *checkpoint,
                                      gql_failure *failure);
int32_t server_intake_take_event(struct server_intake *intake, const struct trail_event *event,
                                 gql_failure *failure);
int32_t server_intake_send_trail(struct server_intake *intake, gql_failure *failure);

#endif
