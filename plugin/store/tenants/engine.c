// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/engine.h"

#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/store/collation.h"
#include "plugin/store/sqlite/engine.h"
#include "plugin/store/tenants/inventory.h"
#include "plugin/store/tenants/lease_watch.h"
#include "plugin/store/tenants/root.h"
#include "plugin/store/tenants/round.h"
#include "plugin/store/tenants/routed_change.h"
#include "plugin/store/tenants/routed_read.h"
#include "plugin/store/tenants/survey.h"

struct tenants_store {
    struct store base;
    struct store_options options;
    char *root;
    char *locale;
    struct collation *collation; /* Kept, so that databases open and close without loading it. */
    struct listing listing;
    struct root_guard guard;
    struct databases databases;
    struct root_probe probe;
};

static struct tenants_store *store_of(struct store *base)
{
    return (struct tenants_store *)base;
}

/* ---- An organization without a database has no integrations ---- */

static enum store_status get(struct store_reader *reader, const struct identifier *id,
                             struct integration *ret_integration)
{
    (void)reader, (void)id, (void)ret_integration;
    return STORE_NOT_FOUND;
}

static enum store_status count(struct store_reader *reader, struct text organization_id,
                               struct store_counts *ret_counts)
{
    (void)reader, (void)organization_id;
    *ret_counts = (struct store_counts){0};
    return STORE_OK;
}

static enum store_status scan(struct store_reader *reader, const struct store_range *range,
                              int limit, struct integration_list *list)
{
    (void)reader, (void)range, (void)limit, (void)list;
    return STORE_OK;
}

static const uint8_t no_secret[STORE_SECRET_SIZE];

static const struct store_reader nothing = {.engine = &tenants_engine, .secret = no_secret};

static enum store_status events(struct store_reader *reader, const struct store_event_range *range,
                                int64_t limit, trail_visit_fn visit, void *user)
{
    (void)reader, (void)range, (void)limit, (void)visit, (void)user;
    return STORE_OK;
}

static enum store_status trail_head(struct store_reader *reader, struct text organization_id,
                                    struct trail_head *ret_head)
{
    (void)reader;
    *ret_head = trail_start(organization_id);
    return STORE_OK;
}

/* ---- The engine ---- */

static int32_t init(gql_failure *failure)
{
    return sqlite_engine.init(failure);
}

static void close_store(struct store *base)
{
    struct tenants_store *store = store_of(base);
    root_probe_finish(&store->probe);
    databases_finish(&store->databases);
    listing_finish(&store->listing);
    collation_close(&store->collation);
    state_board_finish(&store->base.state);
    free(store->root);
    free(store->locale);
    free(store);
}

static int32_t open_parts(struct tenants_store *store, gql_failure *failure)
{
    const char *root = json_string_value(json_object_get(store->options.database, "root"));
    int32_t code = root_check(root, failure);
    if (code == GQL_OK && (store->locale == NULL || (store->root = realpath(root, NULL)) == NULL))
        code = fail_no_memory(failure);
    if (code == GQL_OK &&
        !root_guard_init(&store->guard, store->root, &store->options, &store->base.state))
        code = root_check(root, failure);
    store->options.locale = store->locale;
    root_probe_init(&store->probe, store->root, &store->base.state,
                    &store->options.executors->storage);
    listing_init(&store->listing, store->root, &store->options);
    if (code == GQL_OK)
        code = collation_open(store->locale, &store->collation, failure);
    if (code == GQL_OK && !databases_init(&store->databases, &sqlite_engine, &store->options,
                                          &store->guard, &store->listing, lease_watch_look))
        code = fail_no_memory(failure);
    return code;
}

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    struct tenants_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    *store = (struct tenants_store){
        .base.engine = &tenants_engine,
        .options = *options,
        .locale = strdup(options->locale),
    };
    state_board_init(&store->base.state);
    const int32_t code = open_parts(store, failure);
    if (code == GQL_OK)
        *ret_store = &store->base;
    else
        close_store(&store->base);
    return code;
}

static void drain(struct store *base)
{
    databases_drain(&store_of(base)->databases);
}

static void look(struct store *base)
{
    struct tenants_store *store = store_of(base);
    root_guard_check(&store->guard);
    const struct store_state state = databases_state(&store->databases, &base->state);
    state_report(&base->state, STATE_CONTENT, state.health, state.reason);
}

static void probe(struct store *base)
{
    struct tenants_store *store = store_of(base);
    if (databases_probe(&store->databases) == 0)
        root_probe_start(&store->probe);
}

static void measure(struct store *base,
                    void (*visit)(void *user, const struct store_measure *measure), void *user)
{
    databases_measure(&store_of(base)->databases, visit, user);
}

static enum inventory_step take_inventory(struct store *base, struct store_inventory *inventory)
{
    return tenants_take_inventory(base, &store_of(base)->databases, inventory);
}

static int32_t read_store(struct store *base, struct store_read *read)
{
    return routed_read(&store_of(base)->databases, &nothing, read);
}

static int32_t survey(struct store *base, struct store_survey *given)
{
    struct tenants_store *store = store_of(base);
    return tenants_survey(&store->listing, &store->options.executors->storage, given);
}

static bool submit(struct store *base, struct store_mutation *mutation)
{
    return routed_change(&store_of(base)->databases, mutation);
}

/* An instance that is bound to an organization looks after that alone. */
static bool next_organization(struct store *base, struct sweep_place *place,
                              struct tenant_id *ret_id)
{
    struct tenants_store *store = store_of(base);
    const struct text bound = store->options.organization;
    if (bound.data == NULL)
        return round_next(&store->listing, place, ret_id);
    tenant_id_set(ret_id, bound);
    return place->number++ == 0;
}

const struct store_engine tenants_engine = {
    .setting = "root",
    .init = init,
    .open = open_store,
    .close = close_store,
    .drain = drain,
    .look = look,
    .probe = probe,
    .measure = measure,
    .take_inventory = take_inventory,
    .read = read_store,
    .get = get,
    .count = count,
    .scan = scan,
    .events = events,
    .trail_head = trail_head,
    .survey = survey,
    .submit = submit,
    .next_organization = next_organization,
};
