// SPDX-License-Identifier: MIT
#include "plugin/instance/metrics_table.h"

#include <assert.h>

/* ---- The attributes ---- */

static const char *const fields[TALLY_FIELDS] = {
    "Query.integration",
    "Query.integrations",
    "Integration",
    "Mutation.integrationCreate",
    "Mutation.integrationUpdate",
    "Mutation.integrationDelete",
    "events.read",
    "events.claim",
    "events.acknowledge",
};

static const char *const outcomes[TALLY_OUTCOMES] = {
    NULL,
    GQL_CODE_UNAUTHORIZED,
    GQL_CODE_PERMISSION_DENIED,
    GQL_CODE_NOT_FOUND,
    GQL_CODE_VALIDATION_ERROR,
    GQL_CODE_CONFLICT,
    GQL_CODE_INTERNAL_ERROR,
    GQL_CODE_SERVICE_UNAVAILABLE,
};

static const char *const operations[TALLY_OPERATION_COUNT] = {"BATCH", "CHECKPOINT"};

static const char *const statuses[STORE_STATUSES] = {
    [STORE_NOT_FOUND] = "not_found",     [STORE_ERASED] = "erased",
    [STORE_CONFLICT] = "conflict",       [STORE_EXHAUSTED] = "exhausted",
    [STORE_REPEATED] = "repeated",       [STORE_KEY_USED] = "key_used",
    [STORE_EXPIRED] = "expired",         [STORE_BUSY] = "busy",
    [STORE_UNREACHABLE] = "unreachable", [STORE_FULL] = "full",
    [STORE_NO_MEMORY] = "no_memory",     [STORE_SHORTAGE] = "shortage",
    [STORE_DENIED] = "denied",           [STORE_STOPPED] = "stopped",
    [STORE_UNKNOWN] = "unknown",         [STORE_DAMAGED] = "damaged",
    [STORE_BROKEN] = "broken",
};
static_assert((int)STORE_STATUSES <= (int)TALLY_STATUSES, "a histogram for each status");

static const char *const failures[] = {
    NULL, "misuse", "no_memory", "stale_reply", "version", "config", "unavailable", "limit",
};

/* The names that clients see (vault_token_status_name), and two that they do not. */
static const char *const token_statuses[] = {
    NULL,
#define TOKEN_STATUS(constant, name, text) name,
    VAULT_TOKEN_STATUSES(TOKEN_STATUS)
#undef TOKEN_STATUS
        "no_memory",
    "no_keyring",
};

static const char *const limits[TALLY_LIMITS] = {
    "limits.pendingMutations",
    "limits.pendingMutationsPerOrganization",
    "database.maxOpen",
    "database.busyTimeoutMilliseconds",
};

static const char *const evictions[TALLY_EVICTION_REASONS] = {"room", "idle", "lease"};

#define DIMENSION(name, values, stride)                                       \
    {                                                                         \
        (name), (values), (int)(sizeof(values) / sizeof *(values)), (stride), \
    }

/* ---- What is not in the tally ---- */

static const struct attribute none[] = {{0}};

static void write_info(struct metric_points *points, const struct metric_source *source)
{
    const struct attribute attributes[] = {{"graphql.plugin.version", text_of(source->version)},
                                           {0}};
    metric_point(points, attributes, 1);
}

static void write_lookups(struct metric_points *points, const struct metric_source *source)
{
    uint64_t found, missed;
    (void)source;
    vault_token_cache_lookups(&found, &missed);
    metric_point(points, (struct attribute[]){{"graphql.plugin.result", TEXT("hit")}, {0}}, found);
    metric_point(points, (struct attribute[]){{"graphql.plugin.result", TEXT("miss")}, {0}},
                 missed);
}

static void write_calls(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, gate_count(&source->instance->gate));
}

static void write_queue(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, (uint64_t)places_count(&source->instance->places));
}

static void write_open(struct metric_points *points, const struct metric_source *source)
{
    for (int i = 0; i < source->sizes->state_count; i++)
        metric_point(points,
                     (struct attribute[]){{"graphql.plugin.state",
                                           text_of(source->sizes->states[i].name)},
                                          {0}},
                     source->sizes->states[i].count);
}

static void write_sizes(struct metric_points *points, const struct metric_source *source)
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

static void write_snapshots(struct metric_points *points, const struct metric_source *source)
{
    metric_point(points, none, source->sizes->snapshots);
}

/* ---- The connections to a server; no points without one ---- */

#define POOL_NAME                                              \
    {                                                          \
        "db.client.connection.pool.name", TEXT("database.url") \
    }

static void write_connections(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    struct attribute attributes[] = {POOL_NAME, {"db.client.connection.state", TEXT("idle")}, {0}};
    if (!store_pool(source->instance->store, &pool))
        return;
    metric_point(points, attributes, (uint64_t)pool.idle);
    attributes[1].value = TEXT("used");
    metric_point(points, attributes, (uint64_t)pool.used);
}

static void write_most_connections(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    if (store_pool(source->instance->store, &pool))
        metric_point(points, (struct attribute[]){POOL_NAME, {0}}, (uint64_t)pool.most);
}

static void write_waiting(struct metric_points *points, const struct metric_source *source)
{
    struct store_pool pool;
    if (store_pool(source->instance->store, &pool))
        metric_point(points, (struct attribute[]){POOL_NAME, {0}}, (uint64_t)pool.waiting);
}

static bool has_keyring(const struct metric_source *source)
{
    return source->instance->keyring.keyring != NULL;
}

static void write_keyring_age(struct metric_points *points, const struct metric_source *source)
{
    struct vault_keyring_facts facts;
    if (!has_keyring(source))
        return;
    shared_keyring_facts(&source->instance->keyring, &facts);
    metric_point(points, none, (uint64_t)facts.age_ms / 1000);
}

static void write_keyring_failing(struct metric_points *points, const struct metric_source *source)
{
    const struct keyring_user *keyring = &source->instance->keyring;
    if (has_keyring(source))
        metric_point(points, none,
                     shared_keyring_is_doubtful(keyring) || shared_keyring_is_outdated(keyring));
}

static void write_keys(struct metric_points *points, const struct metric_source *source)
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

/* ---- The metrics. A test compares them with the page, plugin/metrics.md ---- */

const struct metric metrics[] = {
    {METRIC_OF_PROCESS, METRIC_GAUGE, "graphql.plugin.info", "1",
     "The version of the plugin, as a constant 1", .write = write_info},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "graphql.plugin.call.duration", "s",
     "Duration of calls, from the host's call until the answer", .first = TALLY_CALLS,
     .major = DIMENSION("graphql.field", fields, TALLY_OUTCOMES),
     .minor = DIMENSION("error.type", outcomes, 1)},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "db.client.operation.duration", "s",
     "Duration of transactions that write, and of checkpoints", .first = TALLY_OPERATIONS,
     .major = DIMENSION("db.operation.name", operations, TALLY_STATUSES),
     .minor = DIMENSION("error.type", statuses, 1), .constant = "sqlite"},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "graphql.plugin.queue.duration", "s",
     "How long changes waited until their transaction", .first = TALLY_WAITS},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "graphql.plugin.batch.size", "{change}",
     "How many changes a transaction committed", .first = TALLY_BATCHES},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "graphql.plugin.token.check.duration", "s",
     "Duration of checks of credentialRef tokens", .first = TALLY_CHECKS,
     .major = DIMENSION("error.type", token_statuses, 1)},
    {METRIC_OF_PROCESS, METRIC_COUNTER, "graphql.plugin.token.cache.lookups", "{lookup}",
     "How often a token's signature was looked up among those that were checked before",
     .write = write_lookups},
    {METRIC_OF_PROCESS, METRIC_COUNTER, "graphql.plugin.rejections", "{call}",
     "Calls that were rejected because of a limit", .first = TALLY_REJECTIONS,
     .major = DIMENSION("graphql.plugin.limit", limits, 1)},
    {METRIC_OF_PROCESS, METRIC_HISTOGRAM, "graphql.plugin.database.open.duration", "s",
     "How long databases took to be opened", .first = TALLY_OPENINGS,
     .major = DIMENSION("error.type", failures, 1)},
    {METRIC_OF_PROCESS, METRIC_COUNTER, "graphql.plugin.database.evictions", "{database}",
     "Databases of organizations that were closed while the service ran", .first = TALLY_EVICTIONS,
     .major = DIMENSION("graphql.plugin.reason", evictions, 1)},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.calls", "{call}", "Calls under way",
     .write = write_calls},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.queue.length", "{change}",
     "Changes that are queued, checked or committed", .write = write_queue},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.databases", "{database}",
     "Databases that are open, by the state of their organization", .write = write_open},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.database.size", "By",
     "Size of the files of open databases", .write = write_sizes},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.database.snapshots", "{snapshot}",
     "Snapshots that are kept between reads", .write = write_snapshots},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.count", "{connection}",
     "Connections to PostgreSQL that are open, by whether they are in use",
     .write = write_connections},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.max", "{connection}",
     "The most connections to PostgreSQL that may be open", .write = write_most_connections},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.pending_requests", "{request}",
     "Calls that wait for a connection to PostgreSQL", .write = write_waiting},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.age", "s",
     "How long ago the keyring in use was read from its file", .write = write_keyring_age},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.failing", "1",
     "1 if the file of the keyring can't be read, is missing or wrong; otherwise 0",
     .write = write_keyring_failing},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.keys", "{key}",
     "Keys in the keyring, by state", .write = write_keys},
};

const size_t metric_count = sizeof metrics / sizeof *metrics;
