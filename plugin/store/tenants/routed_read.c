// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/routed_read.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/organization.h"
#include "plugin/store/engine.h"

enum {
    INLINE_DATABASES = 4,                 /* More are not read on a host's thread. */
    DECOY_NANOSECONDS = 20 * 1000 * 1000, /* Nobody waits longer for what leads nowhere. */
};

/* As small as the C library's cache of blocks takes: 1032 bytes. */
struct routed_read {
    struct store_read inner; /* Of one database. */
    struct store_read *outer;
    struct databases *databases;
    const struct store_reader *nothing;
    struct database *database; /* Where it is now. */
    uint32_t tag;              /* Of its organization. */
    bool is_decoy;             /* It is there for the time that it takes. */
    struct organizations targets;
    size_t next;        /* The target that follows. */
    bool has_run;       /* In at least one database. */
    bool is_late;       /* On a thread of the pool. */
    uint64_t looked[4]; /* A bit for each shelf, by the first byte of tags: it was looked at. */
    atomic_bool
        half_ended; /* Either the call that began the inner read has returned, or it ended. */
    struct visit visit;
    struct task task;
};

_Static_assert(sizeof(struct routed_read) <= 1032, "a large block takes the time of a read");

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
    reader->tag = routed->is_decoy ? NULL : &routed->tag;
    return routed->outer->run(routed->outer, reader);
}

/*
 * What one database did not have another may have. How a decoy fares concerns nobody who has no
 * part in it.
 */
static void take_outcome(struct routed_read *routed)
{
    const struct store_read *inner = &routed->inner;
    struct store_read *outer = routed->outer;
    const bool failed = inner->status != STORE_OK && inner->status != STORE_NOT_FOUND;
    if (failed && routed->is_decoy) {
        routed->has_run = false;
        return;
    }
    if (inner->status != STORE_NOT_FOUND)
        outer->status = inner->status;
    if (failed)
        outer->detail = inner->detail;
}

/* True for the second of two: the end of the inner read, and of the call that began it. */
static bool is_second(struct routed_read *routed)
{
    return atomic_exchange(&routed->half_ended, true);
}

static int32_t leave_database(struct store_read *inner)
{
    struct routed_read *routed = routed_of(inner);
    databases_leave(routed->databases, routed->database);
    take_outcome(routed);
    if (!is_second(routed))
        return GQL_PENDING;
    routed->is_late = true;
    return go_on(routed);
}

static struct deadline deadline_of(const struct routed_read *routed)
{
    struct deadline deadline = routed->outer->deadline;
    const uint64_t decoy_ends = routed->is_decoy ? monotonic_now() + DECOY_NANOSECONDS : 0;
    if (routed->is_decoy && (deadline.at == 0 || deadline.at > decoy_ends))
        deadline.at = decoy_ends;
    return deadline;
}

/* False: it will go on when the read of the database has ended. */
static bool read_database(struct routed_read *routed, struct database *database)
{
    routed->database = database;
    routed->inner = (struct store_read){
        .route = routed->outer->route,
        .run = run_outer,
        .done = leave_database,
        .deadline = deadline_of(routed),
    };
    atomic_store(&routed->half_ended, false);
    store_read(database_store(database), &routed->inner);
    return is_second(routed);
}

/* Whether the organization is not read because it is suspended; leaves the database then. */
static bool is_suspended(struct routed_read *routed, struct database *database)
{
    if (routed->is_decoy || !databases_suspend(routed->databases, database, false))
        return false;
    databases_leave(routed->databases, database);
    return true;
}

static void begin_visit(struct visit *visit)
{
    struct routed_read *routed =
        (struct routed_read *)((char *)visit - offsetof(struct routed_read, visit));
    routed->is_late = true;
    if (visit->status == STORE_OK && is_suspended(routed, visit->database))
        visit->status = STORE_STOPPED;
    if (visit->status != STORE_OK && visit->status != STORE_NOT_FOUND)
        fail_with(routed, visit->status, visit->detail.text);
    else if (visit->status == STORE_NOT_FOUND || read_database(routed, visit->database))
        go_on(routed);
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
static struct database *enter_decoy(struct routed_read *routed)
{
    const bool by_id = routed->outer->route.organization_id.data == NULL;
    struct database *decoy = by_id && !routed->is_decoy
                                 ? databases_enter(routed->databases, 0, NO_TEXT)
                                 : NULL;
    routed->is_decoy = true;
    return decoy;
}

static int32_t read_nothing(struct routed_read *routed)
{
    struct store_reader reader = *routed->nothing;
    store_read_run(routed->outer, &reader);
    return finish(routed);
}

/* Ends the read if nobody needs what is left of it. */
static bool is_over(struct routed_read *routed)
{
    struct store_read *outer = routed->outer;
    const bool good = outer->status == STORE_OK || outer->status == STORE_NOT_FOUND;
    if (good && routed->next > 0 && routed->next < routed->targets.count &&
        deadline_passed(outer->deadline)) {
        outer->status = STORE_EXPIRED;
        outer->detail.text[0] = '\0';
        return true;
    }
    return !good || (routed->next == routed->targets.count && routed->has_run);
}

/* The databases one after the other, in a loop: there can be as many as IDs. */
static int32_t go_on(struct routed_read *routed)
{
    while (!is_over(routed)) {
        const bool ends = routed->next == routed->targets.count;
        const struct listed *target = ends ? NULL : &routed->targets.items[routed->next++];
        const struct text organization_id = ends ? NO_TEXT : tenant_id_text(&target->id);
        routed->tag = ends ? 0 : target->tag;
        struct database *database = ends ? enter_decoy(routed)
                                         : databases_enter(routed->databases, routed->tag,
                                                           organization_id);
        if (database == NULL)
            return ends ? read_nothing(routed) : visit_database(routed, organization_id);
        if (is_suspended(routed, database))
            return fail_with(routed, STORE_STOPPED, "");
        if (!read_database(routed, database))
            return GQL_PENDING;
    }
    return finish(routed);
}

static void go_on_late(struct task *task)
{
    struct routed_read *routed =
        (struct routed_read *)((char *)task - offsetof(struct routed_read, task));
    routed->is_late = true;
    go_on(routed);
}

/* Few databases are read at once, many on a thread of the pool. */
static int32_t read_targets(struct routed_read *routed)
{
    routed->task.run = go_on_late;
    return !routed->is_late && routed->targets.count > INLINE_DATABASES &&
                   pool_submit(&routed->databases->options->executors->storage, &routed->task)
               ? GQL_PENDING
               : go_on(routed);
}

/* ---- Where to look ---- */

static int32_t find_targets(struct routed_read *routed);

static bool has_looked(const struct routed_read *routed, uint32_t tag)
{
    return routed->looked[tag >> 22] >> (tag >> 16 & 63) & 1;
}

static void note_look(struct routed_read *routed, uint32_t tag)
{
    routed->looked[tag >> 22] |= UINT64_C(1) << (tag >> 16 & 63);
}

/* The organizations that an ID leads to. Each shelf is looked at once. */
static enum listing_verdict find(struct routed_read *routed, const struct identifier *id)
{
    const uint32_t tag = identifier_tag(id);
    const enum listing_verdict verdict = listing_find(routed->databases->listing, tag,
                                                      has_looked(routed, tag), routed->outer,
                                                      &routed->targets);
    if (verdict == LISTING_FOUND)
        note_look(routed, tag);
    return verdict;
}

static void refresh(struct task *task)
{
    struct routed_read *routed =
        (struct routed_read *)((char *)task - offsetof(struct routed_read, task));
    const struct store_route *route = &routed->outer->route;
    struct store_detail detail = {""};
    enum store_status status = STORE_OK;
    for (size_t i = 0; i < route->id_count && status == STORE_OK; i++) {
        if (find(routed, &route->ids[i]) != LISTING_OUTDATED)
            continue;
        const uint32_t tag = identifier_tag(&route->ids[i]);
        status = listing_refresh(routed->databases->listing, tag, &detail);
        if (status == STORE_OK && !databases_keep_listed(routed->databases, tag))
            status = STORE_NO_MEMORY;
        note_look(routed, tag);
    }
    routed->is_late = true;
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
        verdict = find(routed, &route->ids[i]);
    switch (verdict) {
    case LISTING_FOUND:
        return read_targets(routed);
    case LISTING_NO_MEMORY:
        return fail_with(routed, STORE_NO_MEMORY, "");
    case LISTING_OUTDATED:
        break;
    }
    routed->task.run = refresh;
    return pool_submit(&routed->databases->options->executors->storage, &routed->task)
               ? GQL_PENDING
               : fail_without_thread(routed);
}

static int32_t take_organization(struct routed_read *routed)
{
    const struct text id = routed->outer->route.organization_id;
    struct listed target = {.tag = organization_tag(id)};
    tenant_id_set(&target.id, id);
    return organizations_add(&routed->targets, &target) ? go_on(routed)
                                                        : fail_with(routed, STORE_NO_MEMORY, "");
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
