// SPDX-License-Identifier: MIT
#include "plugin/instance/metric_writers.h"

static const struct attribute none[] = {{0}};

void metric_write_info(struct metric_points *points, const struct metric_source *source)
{
    const struct attribute attributes[] = {{"graphql.plugin.version", text_of(source->version)},
                                           {0}};
    metric_point(points, attributes, 1);
}

void metric_write_lookups(struct metric_points *points, const struct metric_source *source)
{
    uint64_t found, missed;
    (void)source;
    vault_token_cache_lookups(&found, &missed);
    metric_point(points, (struct attribute[]){{"graphql.plugin.result", TEXT("hit")}, {0}}, found);
    metric_point(points, (struct attribute[]){{"graphql.plugin.result", TEXT("miss")}, {0}},
                 missed);
}

void metric_write_calls(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, gate_count(&source->instance->gate));
}

void metric_write_queue(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, (uint64_t)places_count(&source->instance->places));
}

static void write_states(struct metric_points *points, const struct state_counts *states)
{
    for (int i = 0; i < states->size; i++)
        metric_point(points,
                     (struct attribute[]){{"graphql.plugin.state", text_of(states->names[i])}, {0}},
                     states->counts[i]);
}

void metric_write_open(struct metric_points *points, const struct metric_source *source)
{
    write_states(points, &source->sizes->states);
}

void metric_write_organizations(struct metric_points *points, const struct metric_source *source)
{
    write_states(points, &source->findings->states);
}

void metric_write_sizes(struct metric_points *points, const struct metric_source *source)
{
    for (size_t i = 0; i < source->sizes->row_count; i++) {
        const struct database_size *row = &source->sizes->rows[i];
        struct attribute attributes[] = {{"graphql.plugin.file", TEXT("database")},
                                         {"graphql.organization", row->organization_id},
                                         {0}};
        metric_point(points, attributes, row->file_bytes);
        attributes[0].value = TEXT("log");
        metric_point(points, attributes, row->log_bytes);
    }
}

void metric_write_snapshots(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, source->sizes->snapshots);
}

/* ---- The connections to a server; no points without one ---- */

#define POOL_NAME                                              \
    {                                                          \
        "db.client.connection.pool.name", TEXT("database.url") \
    }

void metric_write_connections(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    struct attribute attributes[] = {POOL_NAME, {"db.client.connection.state", TEXT("idle")}, {0}};
    if (!store_pool(source->instance->store, &pool))
        return;
    metric_point(points, attributes, (uint64_t)pool.idle);
    attributes[1].value = TEXT("used");
    metric_point(points, attributes, (uint64_t)pool.used);
}

void metric_write_most_connections(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    if (store_pool(source->instance->store, &pool))
        metric_point(points, (struct attribute[]){POOL_NAME, {0}}, (uint64_t)pool.most);
}

void metric_write_waiting(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    if (store_pool(source->instance->store, &pool))
        metric_point(points, (struct attribute[]){POOL_NAME, {0}}, (uint64_t)pool.waiting);
}

static bool has_keyring(const struct metric_source *source)
{
    return source->instance->keyring.keyring != NULL;
}

void metric_write_keyring_age(struct metric_points *points, const struct metric_source *source)
{
    struct vault_keyring_facts facts;
    if (!has_keyring(source))
        return;
    shared_keyring_facts(&source->instance->keyring, &facts);
    metric_point(points, none, (uint64_t)facts.age_ms / 1000);
}

void metric_write_keyring_failing(struct metric_points *points, const struct metric_source *source)
{
    const struct keyring_user *keyring = &source->instance->keyring;
    if (has_keyring(source))
        metric_point(points, none,
                     shared_keyring_is_doubtful(keyring) || shared_keyring_is_outdated(keyring));
}

void metric_write_keys(struct metric_points *points, const struct metric_source *source)
{
    struct vault_keyring_facts facts;
    if (!has_keyring(source))
        return;
    shared_keyring_facts(&source->instance->keyring, &facts);
    for (int i = 0; i < VAULT_KEYRING_STATES; i++)
        metric_point(
            points,
            (struct attribute[]){{"graphql.plugin.state", text_of(vault_keyring_states[i])}, {0}},
            facts.keys[i]);
}

void metric_write_keyrings(struct metric_points *points, const struct metric_source *source)
{
    struct state_counts counts = {0};
    organization_keyrings_count(&source->instance->organization_keyrings, &counts);
    write_states(points, &counts);
}

/* ---- The tokens that are stored ---- */

static void write_expiry(struct metric_points *points, const struct metric_source *source,
                         struct text organization_id, int64_t time)
{
    const struct attribute attributes[] = {{"graphql.organization", organization_id}, {0}};
    const int64_t rest = time - instance_now_ms(source->instance);
    if (time != INT64_MAX) /* Below 0, a second that has begun is over. */
        metric_point(points, attributes, (uint64_t)(rest / 1000 - (rest % 1000 < 0)));
}

void metric_write_expiries(struct metric_points *points, const struct metric_source *source)
{
    const struct expiries *expiries = &source->findings->expiries;
    size_t i = 0;
    for (; i < source->organizations && i < expiries->count; i++)
        write_expiry(points, source, tenant_id_text(&expiries->items[i].id),
                     expiries->items[i].time);
    write_expiry(points, source, source->organizations == 0 ? NO_TEXT : TEXT("_OTHER"),
                 expiries_first(expiries, i));
}
