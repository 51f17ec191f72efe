// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/routed_change.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct routed_change {
    struct store_mutation inner; /* For the database. */
    struct store_mutation *outer;
    struct databases *databases;
    struct database *database;
    struct visit visit;
};

static void finish(struct routed_change *routed)
{
    struct store_mutation *mutation = routed->outer;
    mutation->id = routed->inner.id;
    mutation->status = routed->inner.status;
    mutation->detail = routed->inner.detail;
    mutation->result = routed->inner.result;
    free(routed);
    mutation->done(mutation);
}

static void leave_database(struct store_mutation *inner)
{
    struct routed_change *routed =
        (struct routed_change *)((char *)inner - offsetof(struct routed_change, inner));
    databases_leave(routed->databases, routed->database);
    finish(routed);
}

/* False, with errno, if there is no thread. */
static bool submit(struct routed_change *routed, struct database *database)
{
    routed->database = database;
    if (store_submit(database->store, &routed->inner))
        return true;
    const int error = errno;
    databases_leave(routed->databases, database);
    errno = error;
    return false;
}

static void begin_visit(struct visit *visit)
{
    struct routed_change *routed =
        (struct routed_change *)((char *)visit - offsetof(struct routed_change, visit));
    const bool suspended = visit->status == STORE_OK &&
                           databases_suspend(routed->databases, visit->database, true);
    if (suspended) {
        databases_leave(routed->databases, visit->database);
        visit->status = STORE_STOPPED;
    }
    if (visit->status == STORE_OK && submit(routed, visit->database))
        return;
    routed->inner.status = visit->status;
    routed->inner.detail = visit->detail;
    if (visit->status == STORE_OK) {
        routed->inner.status = STORE_SHORTAGE;
        store_detail_no_thread(&routed->inner.detail, errno);
    }
    finish(routed);
}

bool routed_change(struct databases *databases, struct store_mutation *mutation)
{
    struct routed_change *routed = malloc(sizeof *routed);
    if (routed == NULL)
        return false;
    *routed = (struct routed_change){
        .inner = *mutation,
        .outer = mutation,
        .databases = databases,
        .visit = {.organization_id = mutation->organization_id,
                  .makes = mutation->kind == STORE_CREATE,
                  .deadline = mutation->deadline,
                  .begin = begin_visit},
    };
    routed->inner.done = leave_database;
    struct database *database =
        databases_enter(databases, databases_hash(databases, mutation->organization_id),
                        mutation->organization_id);
    if (database != NULL && databases_suspend(databases, database, true)) {
        databases_leave(databases, database); /* It is turned away on another thread. */
        database = NULL;
    }
    if (database != NULL ? submit(routed, database) : databases_visit(databases, &routed->visit))
        return true;
    const int error = errno;
    free(routed);
    errno = error;
    return false;
}
