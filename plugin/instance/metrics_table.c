// SPDX-License-Identifier: MIT
#include "plugin/instance/metrics_table.h"

#include <assert.h>

#include "plugin/instance/metric_writers.h"

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

/* ---- The metrics. A test compares them with the page, plugin/metrics.md ---- */

const struct metric metrics[] = {
    {METRIC_OF_PROCESS, METRIC_GAUGE, "graphql.plugin.info", "1",
     "The version of the plugin, as a constant 1", .write = metric_write_info},
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
     .write = metric_write_lookups},
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
     .write = metric_write_calls},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.queue.length", "{change}",
     "Changes that are queued, checked or committed", .write = metric_write_queue},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.databases", "{database}",
     "Databases that are open, by the state of their organization", .write = metric_write_open},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.organizations", "{organization}",
     "Organizations with a database of their own, open or not, by state",
     .write = metric_write_organizations},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.database.size", "By",
     "Size of the files of open databases", .write = metric_write_sizes},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.database.snapshots", "{snapshot}",
     "Snapshots that are kept between reads", .write = metric_write_snapshots},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.count", "{connection}",
     "Connections to PostgreSQL that are open, by whether they are in use",
     .write = metric_write_connections},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.max", "{connection}",
     "The most connections to PostgreSQL that may be open", .write = metric_write_most_connections},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "db.client.connection.pending_requests", "{request}",
     "Calls that wait for a connection to PostgreSQL", .write = metric_write_waiting},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.age", "s",
     "How long ago the keyring in use was read from its file", .write = metric_write_keyring_age},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.failing", "1",
     "1 if the file of the keyring can't be read, is missing or wrong; otherwise 0",
     .write = metric_write_keyring_failing},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.keyring.keys", "{key}",
     "Keys in the keyring, by state", .write = metric_write_keys},
    {METRIC_OF_INSTANCE, METRIC_UPDOWNCOUNTER, "graphql.plugin.keyrings", "{keyring}",
     "Keyrings of organizations that are in use, by state", .write = metric_write_keyrings},
    {METRIC_OF_INSTANCE, METRIC_GAUGE, "graphql.plugin.token.expiry", "s",
     "How long until the first stored token expires; below 0 if one has",
     .write = metric_write_expiries, .lowest_is_worst = true},
};

const size_t metric_count = sizeof metrics / sizeof *metrics;
