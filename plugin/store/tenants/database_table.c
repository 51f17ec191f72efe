// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/database_table.h"

#include <stdlib.h>

#include "plugin/base/organization.h"

bool table_init(struct database_table *table, int limit)
{
    size_t buckets = 1;
    while (buckets < (size_t)limit)
        buckets *= 2;
    *table = (struct database_table){
        .buckets = calloc(buckets, sizeof *table->buckets),
        .mask = buckets - 1,
        .limit = limit,
    };
    return table->buckets != NULL;
}

/* Takes the places out of their ring, one after the other. */
void table_finish(struct database_table *table)
{
    struct database *hand = atomic_load(&table->hand);
    for (; table->made > 0; table->made--) {
        struct database *next = hand->around;
        free(hand);
        hand = next;
    }
    free(table->buckets);
    *table = (struct database_table){0};
}

/* ---- Without the lock ---- */

bool database_enter(struct database *database)
{
    unsigned inside = atomic_load_explicit(&database->inside, memory_order_relaxed);
    while (inside & DATABASE_OPEN) {
        if (atomic_compare_exchange_weak(&database->inside, &inside, inside + DATABASE_VISIT))
            return true;
    }
    return false;
}

/* Without a write, which other processors would have to be told of, if it was visited before. */
void database_note_visit(struct database *database)
{
    const unsigned all = DATABASE_NEWS_FOR_HAND | DATABASE_NEWS_FOR_WATCH;
    if (atomic_load_explicit(&database->visited, memory_order_relaxed) != all)
        atomic_store_explicit(&database->visited, all, memory_order_relaxed);
}

/* Returns whether there was a visit since the last time. */
static bool take_news(struct database *database, unsigned news)
{
    return (atomic_fetch_and(&database->visited, ~news) & news) != 0;
}

bool database_is_idle(struct database *database, uint64_t now, uint64_t duration)
{
    const bool alone = atomic_load(&database->inside) == DATABASE_OPEN + DATABASE_VISIT;
    if (take_news(database, DATABASE_NEWS_FOR_WATCH) || !alone || database->idle_since == 0)
        database->idle_since = now;
    return now - database->idle_since >= duration;
}

/* Who looks while places change buckets may miss one, and takes the way with the lock then. */
struct database *table_look(struct database_table *table, uint64_t hash)
{
    struct database *each = atomic_load(&table->buckets[hash & table->mask]);
    while (each != NULL && atomic_load_explicit(&each->hash, memory_order_relaxed) != hash)
        each = atomic_load(&each->next);
    return each;
}

struct database *table_enter_any(struct database_table *table)
{
    struct database *first = atomic_load(&table->hand), *place = first;
    while (place != NULL && !database_enter(place)) {
        place = atomic_load(&place->around);
        if (place == first)
            return NULL;
    }
    return place;
}

/* ---- With the lock ---- */

struct database *table_find(struct database_table *table, uint64_t hash, struct text id)
{
    struct database *each = atomic_load(&table->buckets[hash & table->mask]);
    while (each != NULL && !(atomic_load(&each->hash) == hash && database_is_of(each, id)))
        each = atomic_load(&each->next);
    return each;
}

struct database *table_next(const struct database_table *table, const struct database *place)
{
    struct database *hand = atomic_load(&table->hand);
    struct database *next = place == NULL ? hand : atomic_load(&place->around);
    return place != NULL && next == hand ? NULL : next;
}

/* Adds a place to the ring, behind the hand. */
static struct database *make_place(struct database_table *table)
{
    struct database *place = aligned_alloc(_Alignof(struct database), sizeof *place);
    struct database *hand = atomic_load(&table->hand);
    if (place == NULL)
        return NULL;
    *place = (struct database){.around = hand == NULL ? place : atomic_load(&hand->around)};
    if (hand == NULL)
        atomic_store(&table->hand, place);
    else
        atomic_store(&hand->around, place);
    table->made++;
    return place;
}

struct database *table_take(struct database_table *table, uint64_t hash, struct text id)
{
    struct database *place = table->vacant == NULL ? make_place(table) : table->vacant;
    if (place == NULL)
        return NULL;
    if (place == table->vacant)
        table->vacant = place->vacant;
    _Atomic(struct database *) *bucket = &table->buckets[hash & table->mask];
    tenant_id_set(&place->id, id);
    place->tag = organization_tag(id);
    place->lease.file = -1;
    place->tries = 0;
    place->locked_since = 0;
    place->idle_since = 0;
    waiting_init(&place->waiting);
    atomic_store(&place->hash, hash);
    atomic_store(&place->next, atomic_load(bucket));
    atomic_store(bucket, place);
    table->taken++;
    return place;
}

void table_give(struct database_table *table, struct database *place)
{
    _Atomic(struct database *) *link = &table->buckets[atomic_load(&place->hash) & table->mask];
    while (atomic_load(link) != place)
        link = &atomic_load(link)->next;
    atomic_store(link, atomic_load(&place->next));
    place->vacant = table->vacant;
    table->vacant = place;
    table->taken--;
}

/* Moves the hand to the next place; returns the one that it leaves. */
static struct database *move_hand(struct database_table *table)
{
    struct database *place = atomic_load(&table->hand);
    atomic_store(&table->hand, atomic_load(&place->around));
    return place;
}

struct database *table_shut_idle(struct database_table *table)
{
    for (int i = 0; i < 2 * table->made; i++) {
        struct database *place = move_hand(table);
        unsigned idle = DATABASE_OPEN;
        if (atomic_load(&place->inside) == idle && !take_news(place, DATABASE_NEWS_FOR_HAND) &&
            atomic_compare_exchange_strong(&place->inside, &idle, 0))
            return place;
    }
    return NULL;
}

struct database *table_shut(struct database_table *table)
{
    for (int i = 0; i < table->made; i++) {
        struct database *place = move_hand(table);
        if (atomic_fetch_and(&place->inside, ~(unsigned)DATABASE_OPEN) == DATABASE_OPEN)
            return place;
    }
    return NULL;
}
