// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/routed_read.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/engine.h"

struct routed_read {
    struct store_read inner; /* Of one database. */
    struct store_read *outer;
    struct databases *databases;
    const struct store_reader *nothing;
    struct database *database; /* Where it is now. */
    struct organizations targets;
    size_t next; /* The target that follows. */
    bool refreshed;
    bool has_run; /* In at least one database. */
    struct visit visit;
    struct task task;
};

static int32_t go_on(struct routed_read *routed);

static int32_t finish(struct routed_read *routed)
{
    struct store_read *read = routed->outer;
    organizations_finish(&routed->targets);
    free(routed);
    return read->done(read);
}

static int32_t fail_with(struct routed_read *routed, enum store_status status, const char *detail)
{
    routed->outer->status = status;
    snprintf(routed->outer->detail.text, sizeof routed->outer->detail.text, "%s", detail);
    return finish(routed);
}

static int32_t fail_without_thread(struct routed_read *routed)
{
    struct store_detail detail;
    store_detail_no_thread(&detail, errno);
    return fail_with(routed, STORE_SHORTAGE, detail.text);
}

/* ---- In one database ---- */

static struct routed_read *routed_of(struct store_read *inner)
{
    return (struct routed_read *)((char *)inner - offsetof(struct routed_read, inner));
}

static enum store_status run_outer(struct store_read *inner, struct store_reader *reader)
{
    struct routed_read *routed = routed_of(inner);
    routed->has_run = true;
    return routed->outer->run(routed->outer, reader);
}

/* What one database did not have another may have. */
static int32_t leave_database(struct store_read *inner)
{
    struct routed_read *routed = routed_of(inner);
    struct store_read *outer = routed->outer;
    databases_leave(routed->databases, routed->database);
    if (inner->status != STORE_NOT_FOUND)
        outer->status = inner->status;
    if (inner->detail.text[0] != '\0')
        outer->detail = inner->detail;
    return go_on(routed);
}

static int32_t read_database(struct routed_read *routed, struct database *database)
{
    routed->database = database;
    routed->inner = (struct store_read){
        .route = routed->outer->route,
        .run = run_outer,
        .done = leave_database,
        .deadline = routed->outer->deadline,
    };
    return store_read(database_store(database), &routed->inner);
}

static void begin_visit(struct visit *visit)
{
    struct routed_read *routed =
        (struct routed_read *)((char *)visit - offsetof(struct routed_read, visit));
    if (visit->status == STORE_OK)
        read_database(routed, visit->database);
    else if (visit->status == STORE_NOT_FOUND)
        go_on(routed);
    else
        fail_with(routed, visit->status, visit->detail.text);
}

static int32_t visit_database(struct routed_read *routed, struct text organization_id)
{
    routed->visit = (struct visit){
        .organization_id = organization_id,
        .deadline = routed->outer->deadline,
        .begin = begin_visit,
    };
    return databases_visit(routed->databases, &routed->visit) ? GQL_PENDING
                                                              : fail_without_thread(routed);
}

/* ---- From one database to the next ---- */

/*
 * An ID that leads nowhere is looked for in a database that is open, which does not have it: so it
 * takes the work of one that leads to a database, and time does not tell which tags are in use.
 */
static int32_t read_nothing(struct routed_read *routed)
{
    struct database *database = routed->outer->route.organization_id.data == NULL
                                    ? databases_enter(routed->databases, NO_TEXT)
                                    : NULL;
    if (database != NULL)
        return read_database(routed, database);
    struct store_reader reader = *routed->nothing;
    store_read_run(routed->outer, &reader);
    return finish(routed);
}

static int32_t go_on(struct routed_read *routed)
{
    const enum store_status status = routed->outer->status;
    if (status != STORE_OK && status != STORE_NOT_FOUND)
        return finish(routed);
    if (routed->next == routed->targets.count)
        return routed->has_run ? finish(routed) : read_nothing(routed);
    const struct tenant_id *id = &routed->targets.ids[routed->next++];
    const struct text organization_id = {id->bytes, id->size};
    struct database *database = databases_enter(routed->databases, organization_id);
    return database != NULL ? read_database(routed, database)
                            : visit_database(routed, organization_id);
}

/* ---- Where to look ---- */

/* Leaves out organizations of which the read may find nothing. */
static void keep_admitted(struct routed_read *routed)
{
    struct organizations *targets = &routed->targets;
    size_t kept = 0;
    for (size_t i = 0; i < targets->count; i++) {
        const struct text id = {targets->ids[i].bytes, targets->ids[i].size};
        if (routed->outer->admits == NULL || routed->outer->admits(routed->outer, id))
            targets->ids[kept++] = targets->ids[i];
    }
    targets->count = kept;
}

static int32_t find_targets(struct routed_read *routed);

static void refresh(struct task *task)
{
    struct routed_read *routed =
        (struct routed_read *)((char *)task - offsetof(struct routed_read, task));
    const struct store_route *route = &routed->outer->route;
    struct listing *listing = routed->databases->listing;
    struct store_detail detail = {""};
    enum store_status status = STORE_OK;
    for (size_t i = 0; i < route->id_count && status == STORE_OK; i++) {
        struct organizations known = {0};
        const uint32_t tag = identifier_tag(&route->ids[i]);
        if (listing_find(listing, tag, false, &known) == LISTING_OUTDATED)
            status = listing_refresh(listing, tag, &detail);
        organizations_finish(&known);
    }
    routed->refreshed = true;
    if (status == STORE_OK)
        find_targets(routed);
    else
        fail_with(routed, status, detail.text);
}

static int32_t find_targets(struct routed_read *routed)
{
    const struct store_route *route = &routed->outer->route;
    enum listing_verdict verdict = LISTING_FOUND;
    for (size_t i = 0; i < route->id_count && verdict == LISTING_FOUND; i++)
        verdict = listing_find(routed->databases->listing, identifier_tag(&route->ids[i]),
                               routed->refreshed, &routed->targets);
    switch (verdict) {
    case LISTING_FOUND:
        keep_admitted(routed);
        return go_on(routed);
    case LISTING_NO_MEMORY:
        return fail_with(routed, STORE_NO_MEMORY, "");
    case LISTING_OUTDATED:
        break;
    }
    routed->targets.count = 0;
    routed->task.run = refresh;
    return pool_submit(&routed->databases->options->executors->storage, &routed->task)
               ? GQL_PENDING
               : fail_without_thread(routed);
}

static int32_t take_organization(struct routed_read *routed)
{
    const struct text id = routed->outer->route.organization_id;
    struct organizations *targets = &routed->targets;
    targets->ids = malloc(sizeof *targets->ids);
    if (targets->ids == NULL)
        return fail_with(routed, STORE_NO_MEMORY, "");
    targets->ids[0].size = id.size;
    memcpy(targets->ids[0].bytes, id.data, id.size);
    targets->count = targets->capacity = 1;
    return go_on(routed);
}

int32_t routed_read(struct databases *databases, const struct store_reader *nothing,
                    struct store_read *read)
{
    struct routed_read *routed = malloc(sizeof *routed);
    if (routed == NULL)
        return store_read_fail(read, STORE_NO_MEMORY, "");
    *routed = (struct routed_read){.outer = read, .databases = databases, .nothing = nothing};
    read->status = STORE_NOT_FOUND;
    read->detail.text[0] = '\0';
    return read->route.organization_id.data == NULL ? find_targets(routed)
                                                    : take_organization(routed);
}
