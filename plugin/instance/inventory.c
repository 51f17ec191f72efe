// SPDX-License-Identifier: MIT
#include "plugin/instance/inventory.h"

#include "plugin/base/deadline.h"
#include "vault/token_summary.h"

enum { TRIES = 50 }; /* Of one step: a second. */

/* ---- A look ---- */

static void take_organization(void *user, const char *state)
{
    struct inventory *inventory = user;
    state_counts_add(&inventory->next.states, state);
}

static void take_token(void *user, struct text organization_id, struct text token)
{
    struct inventory *inventory = user;
    struct vault_token_summary summary;
    bool good = vault_token_summary_init(&summary, token.data, token.size);
    if (good && summary.expires != INT64_MAX)
        good = expiries_add(&inventory->next.expiries, organization_id, summary.expires);
    inventory->next.failed = inventory->next.failed || !good;
    vault_token_summary_finish(&summary);
}

/* What was known of it stays known. No other thread writes what was found. */
static void keep_closed(void *user, struct text organization_id)
{
    struct inventory *inventory = user;
    const int64_t time = expiries_of(&inventory->found.expiries, organization_id);
    if (time != INT64_MAX && !expiries_add(&inventory->next.expiries, organization_id, time))
        inventory->next.failed = true;
}

static void begin_look(struct inventory *inventory)
{
    inventory->began = monotonic_now();
    inventory->tries = 0;
    inventory->look = (struct store_inventory){
        .organization = take_organization,
        .token = take_token,
        .closed = keep_closed,
        .user = inventory,
    };
}

/* One that failed leaves what was found before. */
static void end_look(struct inventory *inventory, bool good)
{
    const uint64_t now = monotonic_now();
    const uint64_t pause = (now - inventory->began) * INVENTORY_PATIENCE;
    const uint64_t least = INVENTORY_SECONDS * UINT64_C(1000000000);
    expiries_sort(&inventory->next.expiries);
    pthread_mutex_lock(&inventory->lock);
    if (good && !inventory->next.failed) {
        const struct inventory_findings former = inventory->found;
        inventory->found = inventory->next;
        inventory->next = former;
    }
    inventory->due = now + (pause > least ? pause : least);
    inventory->under_way = false;
    pthread_mutex_unlock(&inventory->lock);
    expiries_finish(&inventory->next.expiries);
    inventory->next = (struct inventory_findings){0};
}

static enum inventory_step take_steps(struct inventory *inventory)
{
    const uint64_t until = monotonic_now() + JOB_TURN_NANOSECONDS;
    enum inventory_step step;
    do {
        step = store_take_inventory(inventory->store, &inventory->look);
    } while (step == INVENTORY_MORE && monotonic_now() < until);
    inventory->tries = step == INVENTORY_LATER ? inventory->tries + 1 : 0;
    return inventory->tries > TRIES ? INVENTORY_FAILED : step;
}

static void take_turn(struct job *job)
{
    struct inventory *inventory = (struct inventory *)job;
    if (inventory->look.user == NULL)
        begin_look(inventory);
    const enum inventory_step step = take_steps(inventory);
    const bool goes_on = step == INVENTORY_MORE || step == INVENTORY_LATER;
    if (goes_on && job_wake_after(job, DELAY_RETRY_LATER))
        return;
    inventory->look = (struct store_inventory){0};
    end_look(inventory, step == INVENTORY_DONE);
}

/* ---- All of it ---- */

void inventory_init(struct inventory *inventory, struct store *store, struct pool *pool)
{
    inventory->store = store;
    pthread_mutex_init(&inventory->lock, NULL);
    job_init(&inventory->job, pool, take_turn);
}

void inventory_stop(struct inventory *inventory)
{
    job_stop(&inventory->job);
}

void inventory_finish(struct inventory *inventory)
{
    if (inventory->store == NULL)
        return;
    expiries_finish(&inventory->next.expiries);
    expiries_finish(&inventory->found.expiries);
    pthread_mutex_destroy(&inventory->lock);
    inventory->store = NULL;
}

const struct inventory_findings *inventory_borrow(struct inventory *inventory)
{
    pthread_mutex_lock(&inventory->lock);
    if (!inventory->under_way && monotonic_now() >= inventory->due)
        inventory->under_way = job_wake(&inventory->job);
    return &inventory->found;
}

void inventory_give_back(struct inventory *inventory)
{
    pthread_mutex_unlock(&inventory->lock);
}
