// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/routed_read.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/engine.h"

enum {
    INLINE_DATABASES = 4,                 /* More are not read on a host's thread. */
    DECOY_NANOSECONDS = 20 * 1000 * 1000, /* Nobody waits longer for what leads nowhere. */
};

struct wait;

/* From one database to the next. On the stack of the call, until it has to wait for something. */
struct walk {
    struct store_read *outer;
    struct databases *databases;
    const struct store_reader *nothing;
    struct wait *wait;   /* Which the walk is a part of; NULL: it has not waited yet. */
    size_t next;         /* The target that follows. */
    uint32_t tag;        /* Of the organization where it is now. */
    bool is_decoy;       /* It is there for the time that it takes. */
    bool has_run;        /* In at least one database. */
    bool is_late;        /* On a thread of the pool. */
    bool has_looked;     /* At all shelves of its IDs. */
    unsigned long known; /* listing_changes before it has found its targets. */
    uint64_t looked[4];  /* A bit for each shelf, by the first byte of tags: it was looked at. */
    struct organizations targets;
};

/* A walk that has waited. */
struct wait {
    struct walk walk;
    struct store_read inner; /* Of one database. */
    struct database *database;
    atomic_bool
        half_ended; /* Either the call that began the inner read has returned, or it ended. */
    struct visit visit;
    struct task task;
};

static int32_t go_on(struct walk *walk);

/* Who waits goes on where the walk is then: nothing of it is on the stack any more. */
static struct wait *wait_of(struct walk *walk)
{
    if (walk->wait != NULL)
        return walk->wait;
    struct wait *wait = malloc(sizeof *wait);
    if (wait != NULL) {
        wait->walk = *walk;
        wait->walk.wait = wait;
    }
    return wait;
}

static int32_t finish(struct walk *walk)
{
    struct store_read *read = walk->outer;
    organizations_finish(&walk->targets);
    free(walk->wait);
    return read->done(read);
}

/* The walk is over. */
static struct walk *fail_with(struct walk *walk, enum store_status status, const char *detail)
{
    walk->outer->status = status;
    snprintf(walk->outer->detail.text, sizeof walk->outer->detail.text, "%s", detail);
    return walk;
}

static struct walk *fail_without_memory(struct walk *walk)
{
    return fail_with(walk, STORE_NO_MEMORY, "");
}

static struct walk *fail_without_thread(struct walk *walk)
{
    struct store_detail detail;
    store_detail_no_thread(&detail, errno);
    return fail_with(walk, STORE_SHORTAGE, detail.text);
}

static bool is_by_id(const struct walk *walk)
{
    return walk->outer->route.organization_id.data == NULL;
}

/* The tag of IDs that alone lead to the database where the walk is. */
static const uint32_t *tag_of(const struct walk *walk)
{
    return walk->is_decoy || !is_by_id(walk) ? NULL : &walk->tag;
}

static bool is_good(enum store_status status)
{
    return status == STORE_OK || status == STORE_NOT_FOUND;
}

/* Whether the read can do without what failed so. */
static bool is_bearable(const struct walk *walk, enum store_status status)
{
    return walk->outer->miss != NULL && status != STORE_EXPIRED && status != STORE_NO_MEMORY;
}

/* The database where the walk is can't be read. */
static struct walk *miss(struct walk *walk, enum store_status status,
                         const struct store_detail *detail)
{
    if (!is_bearable(walk, status))
        return fail_with(walk, status, detail->text);
    walk->outer->miss(walk->outer, walk->tag, status, detail);
    walk->has_run = true;
    return walk;
}

/* ---- In one database ---- */

/*
 * What one database did not have another may have. How a decoy fares concerns nobody who has no
 * part in it.
 */
static void take_outcome(struct walk *walk, enum store_status before, enum store_status status)
{
    if (walk->is_decoy && !is_good(status)) {
        walk->outer->status = before;
        return;
    }
    walk->has_run = true;
    const bool adds = status != STORE_NOT_FOUND && (is_good(status) || !is_bearable(walk, status));
    walk->outer->status = adds ? status : before;
}

static bool read_now(struct walk *walk, struct database *database)
{
    struct store_read *outer = walk->outer;
    const enum store_status before = outer->status;
    outer->tag = tag_of(walk);
    outer->is_decoy = walk->is_decoy;
    if (!store_read_now(database->store, outer))
        return false;
    databases_leave(walk->databases, database);
    take_outcome(walk, before, outer->status);
    return true;
}

static struct wait *wait_of_read(struct store_read *inner)
{
    return (struct wait *)((char *)inner - offsetof(struct wait, inner));
}

static enum store_status run_outer(struct store_read *inner, struct store_reader *reader)
{
    struct store_read *outer = wait_of_read(inner)->walk.outer;
    return outer->run(outer, reader);
}

/* True for the second of two: the end of the inner read, and of the call that began it. */
static bool is_second(struct wait *wait)
{
    return atomic_exchange(&wait->half_ended, true);
}

static int32_t leave_database(struct store_read *inner)
{
    struct wait *wait = wait_of_read(inner);
    struct store_read *outer = wait->walk.outer;
    databases_leave(wait->walk.databases, wait->database);
    take_outcome(&wait->walk, outer->status, inner->status);
    if (!is_good(outer->status))
        outer->detail = inner->detail;
    if (!is_second(wait))
        return GQL_PENDING;
    wait->walk.is_late = true;
    return go_on(&wait->walk);
}

static struct deadline deadline_of(const struct walk *walk)
{
    struct deadline deadline = walk->outer->deadline;
    const uint64_t decoy_ends = walk->is_decoy ? monotonic_now() + DECOY_NANOSECONDS : 0;
    if (walk->is_decoy && (deadline.at == 0 || deadline.at > decoy_ends))
        deadline.at = decoy_ends;
    return deadline;
}

/* NULL: it will go on when the read of the database has ended. */
static struct walk *read_later(struct walk *walk, struct database *database)
{
    struct wait *wait = wait_of(walk);
    if (wait == NULL) {
        databases_leave(walk->databases, database);
        return fail_without_memory(walk);
    }
    wait->database = database;
    wait->inner = (struct store_read){
        .route = wait->walk.outer->route,
        .run = run_outer,
        .done = leave_database,
        .deadline = deadline_of(&wait->walk),
        .tag = tag_of(&wait->walk),
        .is_decoy = wait->walk.is_decoy,
    };
    atomic_store(&wait->half_ended, false);
    store_read(database->store, &wait->inner);
    return is_second(wait) ? &wait->walk : NULL;
}

static struct walk *read_database(struct walk *walk, struct database *database)
{
    if (!walk->is_decoy && databases_suspend(walk->databases, database, false)) {
        databases_leave(walk->databases, database);
        return miss(walk, STORE_STOPPED, &(struct store_detail){""});
    }
    return read_now(walk, database) ? walk : read_later(walk, database);
}

static void begin_visit(struct visit *visit)
{
    struct wait *wait = (struct wait *)((char *)visit - offsetof(struct wait, visit));
    struct walk *walk = &wait->walk;
    walk->is_late = true;
    if (visit->status == STORE_OK)
        walk = read_database(walk, visit->database);
    else if (visit->status != STORE_NOT_FOUND)
        miss(walk, visit->status, &visit->detail);
    if (walk != NULL)
        go_on(walk);
}

/* ---- Steps, each of which returns the walk that goes on; NULL: somebody else has it ---- */

static struct walk *visit_database(struct walk *walk, size_t target)
{
    struct wait *wait = wait_of(walk);
    if (wait == NULL)
        return fail_without_memory(walk);
    wait->visit = (struct visit){
        .organization_id = tenant_id_text(&organizations_at(&wait->walk.targets, target)->id),
        .deadline = wait->walk.outer->deadline,
        .begin = begin_visit,
    };
    return databases_visit(wait->walk.databases, &wait->visit) ? NULL
                                                               : fail_without_thread(&wait->walk);
}

static struct walk *read_target(struct walk *walk)
{
    const size_t place = walk->next++;
    const struct listed *target = organizations_at(&walk->targets, place);
    if (is_by_id(walk))
        walk->tag = target->tag;
    struct database *database = databases_enter(walk->databases, target->hash,
                                                tenant_id_text(&target->id));
    return database == NULL ? visit_database(walk, place) : read_database(walk, database);
}

/*
 * An ID that leads nowhere is looked for in a database that is open, which does not have it: so it
 * takes the work of one that leads to a database, and time does not tell which tags are in use.
 */
static struct walk *read_decoy(struct walk *walk)
{
    struct database *decoy = is_by_id(walk) && !walk->is_decoy
                                 ? databases_enter_any(walk->databases)
                                 : NULL;
    walk->is_decoy = true;
    if (decoy != NULL)
        return read_database(walk, decoy);
    struct store_reader reader = *walk->nothing;
    store_read_run(walk->outer, &reader);
    walk->has_run = true;
    return walk;
}

static void go_on_late(struct task *task)
{
    struct wait *wait = (struct wait *)((char *)task - offsetof(struct wait, task));
    wait->walk.is_late = true;
    go_on(&wait->walk);
}

static struct walk *submit(struct walk *walk, void (*run)(struct task *))
{
    struct wait *wait = wait_of(walk);
    if (wait == NULL)
        return fail_without_memory(walk);
    wait->task.run = run;
    return pool_submit(&wait->walk.databases->options->executors->storage, &wait->task)
               ? NULL
               : fail_without_thread(&wait->walk);
}

/* ---- Where to look ---- */

/* The organizations that the IDs lead to, as far as they are listed. */
static struct walk *find_targets(struct walk *walk)
{
    const struct store_read *outer = walk->outer;
    walk->known = listing_changes(walk->databases->listing);
    for (size_t i = 0; i < outer->route.id_count; i++) {
        if (!listing_find(walk->databases->listing, identifier_tag(&outer->route.ids[i]), outer,
                          &walk->targets))
            return fail_without_memory(walk);
    }
    return walk;
}

/* Whether the ID's shelf must be listed anew. Each one is looked at once. */
static bool is_outdated(struct walk *walk, const struct identifier *id)
{
    const uint32_t tag = identifier_tag(id);
    uint64_t *looked = &walk->looked[tag >> 22];
    const uint64_t bit = UINT64_C(1) << (tag >> 16 & 63);
    if (*looked & bit)
        return false;
    if (listing_is_outdated(walk->databases->listing, tag))
        return true;
    *looked |= bit;
    return false;
}

static enum store_status refresh(struct databases *databases, uint32_t tag,
                                 struct store_detail *detail)
{
    if (!root_guard_check(databases->guard))
        return STORE_STOPPED;
    const enum store_status status = listing_refresh(databases->listing, tag, detail);
    return status == STORE_OK && !databases_keep_listed(databases, tag) ? STORE_NO_MEMORY : status;
}

/* What a shelf has can't be told: none of its IDs can be answered. */
static enum store_status miss_shelf(struct walk *walk, uint32_t tag, enum store_status status,
                                    const struct store_detail *detail)
{
    const struct store_route *route = &walk->outer->route;
    if (!is_bearable(walk, status))
        return status;
    for (size_t i = 0; i < route->id_count; i++) {
        walk->tag = identifier_tag(&route->ids[i]);
        if (walk->tag >> 16 == tag >> 16)
            miss(walk, status, detail);
    }
    return STORE_OK;
}

static void refresh_outdated(struct task *task)
{
    struct walk *walk = &((struct wait *)((char *)task - offsetof(struct wait, task)))->walk;
    const struct store_route *route = &walk->outer->route;
    struct store_detail detail = {""};
    enum store_status status = STORE_OK;
    walk->is_late = walk->has_looked = true;
    for (size_t i = 0; i < route->id_count && status == STORE_OK; i++) {
        if (!is_outdated(walk, &route->ids[i]))
            continue;
        const uint32_t tag = identifier_tag(&route->ids[i]);
        status = refresh(walk->databases, tag, &detail);
        if (status != STORE_OK)
            status = miss_shelf(walk, tag, status, &detail);
        walk->looked[tag >> 22] |= UINT64_C(1) << (tag >> 16 & 63);
    }
    go_on(status == STORE_OK ? find_targets(walk) : fail_with(walk, status, detail.text));
}

/*
 * Who has not found everything must look whether there is more now: what is up to date may be so
 * only since others have listed it. Finding again takes work that depends on whose IDs they are.
 */
static struct walk *look(struct walk *walk)
{
    const struct store_route *route = &walk->outer->route;
    for (size_t i = 0; i < route->id_count; i++) {
        if (is_outdated(walk, &route->ids[i]))
            return submit(walk, refresh_outdated);
    }
    walk->has_looked = true;
    return listing_changes(walk->databases->listing) == walk->known ? walk : find_targets(walk);
}

/* ---- The way ---- */

static bool has_targets(const struct walk *walk)
{
    return walk->next < walk->targets.count;
}

/* Whether the read is over; ends it if nobody needs what is left of it. */
static bool is_over(struct walk *walk)
{
    struct store_read *outer = walk->outer;
    if (!is_good(outer->status))
        return true;
    if (has_targets(walk) && walk->next > 0 && deadline_passed(outer->deadline)) {
        fail_with(walk, STORE_EXPIRED, "");
        return true;
    }
    return !has_targets(walk) && walk->has_run && (outer->status == STORE_OK || walk->has_looked);
}

static struct walk *step(struct walk *walk)
{
    if (!has_targets(walk))
        return walk->has_looked ? read_decoy(walk) : look(walk);
    return walk->next == INLINE_DATABASES && !walk->is_late ? submit(walk, go_on_late)
                                                            : read_target(walk);
}

/* In a loop: there can be as many databases as IDs. */
static int32_t go_on(struct walk *walk)
{
    while (walk != NULL && !is_over(walk))
        walk = step(walk);
    return walk == NULL ? GQL_PENDING : finish(walk);
}

static struct walk *begin(struct walk *walk)
{
    const struct text id = walk->outer->route.organization_id;
    if (is_by_id(walk))
        return find_targets(walk);
    walk->targets.first.hash = databases_hash(walk->databases, id);
    tenant_id_set(&walk->targets.first.id, id);
    walk->targets.count = 1;
    return walk;
}

int32_t routed_read(struct databases *databases, const struct store_reader *nothing,
                    struct store_read *read)
{
    struct walk walk;
    memset(&walk, 0, offsetof(struct walk, targets.first)); /* It is large, and may not be used. */
    walk.outer = read;
    walk.databases = databases;
    walk.nothing = nothing;
    read->status = STORE_NOT_FOUND;
    read->detail.text[0] = '\0';
    return go_on(begin(&walk));
}
