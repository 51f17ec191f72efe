// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/trails.h"

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/trail_rows.h"
#include "plugin/store/sqlite/trail_sweep.h"
#include "plugin/store/trail_body_check.h"

enum { FIRST_SCHEMA = 2, EVENTS_PER_STEP = 1000 };

/* ---- Reading ---- */

struct walk {
    trail_visit_fn visit;
    void *user;
    int64_t last;
    int count; /* In this step. */
    bool wanted;
};

static bool take(void *user, const struct trail_event *event)
{
    struct walk *walk = user;
    walk->last = event->sequence;
    walk->count++;
    walk->wanted = walk->visit(walk->user, event);
    return walk->wanted;
}

static enum store_status read_all(struct database_access *access,
                                  const struct store_event_range *range, struct walk *walk,
                                  struct store_detail *detail)
{
    struct store_event_range rest = *range;
    enum store_status status = STORE_OK;
    do {
        walk->count = 0;
        status = trail_rows_read(&access->connection, &rest, EVENTS_PER_STEP, take, walk, detail);
        rest.after = walk->last;
    } while (status == STORE_OK && walk->wanted && walk->count == EVENTS_PER_STEP);
    return status;
}

int32_t database_trail_read(struct database_access *access, const struct store_event_range *range,
                            trail_visit_fn visit, void *user, gql_failure *failure)
{
    struct walk walk = {.visit = visit, .user = user, .last = range->after, .wanted = true};
    struct store_detail detail;
    if (access->schema < FIRST_SCHEMA)
        return GQL_OK;
    const enum store_status status = read_all(access, range, &walk, &detail);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}

/* ---- Verifying ---- */

struct verification {
    struct trail_check *check;
    struct text organization_id;
    bool is_short; /* Of memory. */
};

static bool verify_event(void *user, const struct trail_event *event)
{
    struct verification *verification = user;
    struct trail_check *check = verification->check;
    if (!trail_check_event(check, event))
        return false;
    const enum trail_body_verdict verdict = trail_body_check(event->body,
                                                             verification->organization_id);
    verification->is_short = verdict == TRAIL_BODY_NO_MEMORY;
    if (verdict == TRAIL_BODY_WRONG) {
        check->fault = TRAIL_BODY_FOREIGN;
        check->at = event->sequence;
    }
    return verdict == TRAIL_BODY_FITS;
}

int32_t database_trail_head(struct database_access *access, struct text organization_id,
                            struct trail_head *ret_head, gql_failure *failure)
{
    struct store_detail detail;
    *ret_head = trail_start(organization_id);
    if (access->schema < FIRST_SCHEMA)
        return GQL_OK;
    const enum store_status status = trail_rows_head(&access->connection, organization_id, ret_head,
                                                     &detail);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}

int32_t database_trail_checkpoint(struct database_access *access, struct text organization_id,
                                  struct trail_checkpoint *ret_checkpoint, gql_failure *failure)
{
    struct store_detail detail;
    *ret_checkpoint = (struct trail_checkpoint){.head = trail_start(organization_id)};
    if (access->schema < CHECKPOINT_SCHEMA)
        return GQL_OK;
    const enum store_status status = trail_sweep_checkpoint(&access->connection, organization_id,
                                                            ret_checkpoint, &detail);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}

static int32_t verify(struct database_access *access, struct text organization_id,
                      struct trail_check *check, gql_failure *failure)
{
    struct trail_head head;
    struct trail_checkpoint checkpoint;
    const struct store_event_range range = {.organization_id = organization_id};
    int32_t code = database_trail_head(access, organization_id, &head, failure);
    if (code == GQL_OK)
        code = database_trail_checkpoint(access, organization_id, &checkpoint, failure);
    if (code != GQL_OK)
        return code;
    trail_check_begin(check, &checkpoint, &head);
    struct verification verification = {check, organization_id, false};
    code = database_trail_read(access, &range, verify_event, &verification, failure);
    return code == GQL_OK && verification.is_short ? fail_no_memory(failure) : code;
}

int32_t database_trail_verify(struct database_access *access, struct text organization_id,
                              struct trail_check *ret_check, gql_failure *failure)
{
    const struct trail_checkpoint none = {.head = trail_start(organization_id)};
    trail_check_begin(ret_check, &none, &none.head);
    if (access->schema < FIRST_SCHEMA)
        return GQL_OK;
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_READ, failure);
    if (code == GQL_OK)
        code = verify(access, organization_id, ret_check, failure);
    if (code == GQL_OK)
        trail_check_end(ret_check);
    database_access_rollback(access);
    return code;
}
