// SPDX-License-Identifier: MIT
/* What a host finds: the one exported symbol, and the constant struct behind it. */
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>

#include "plugin/base/failure.h"
#include "plugin/base/pin.h"
#include "plugin/engines.h"
#include "plugin/instance/metrics.h"
#include "plugin/resolvers/events.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/schema_text.h"
#include "plugin/store/collation.h"

#define RESOLVER(resolver_type, resolver_field, resolver_flags, function)                        \
    {                                                                                            \
        .struct_size = sizeof(gql_resolver), .flags = (resolver_flags), .type = (resolver_type), \
        .field = (resolver_field), .resolve = (function)                                         \
    }

static const gql_resolver resolvers[] = {
    RESOLVER("Query", "integration", GQL_RESOLVER_SHAPES, resolve_integration),
    RESOLVER("Query", "integrations", GQL_RESOLVER_SHAPES, resolve_integrations),
    RESOLVER("Mutation", "integrationCreate", GQL_RESOLVER_WRITES | GQL_RESOLVER_SHAPES,
             resolve_integration_create),
    RESOLVER("Mutation", "integrationUpdate", GQL_RESOLVER_WRITES | GQL_RESOLVER_SHAPES,
             resolve_integration_update),
    RESOLVER("Mutation", "integrationDelete", GQL_RESOLVER_WRITES | GQL_RESOLVER_SHAPES,
             resolve_integration_delete),
};

static const gql_resolver *const resolver_list[] = {
    &resolvers[0], &resolvers[1], &resolvers[2], &resolvers[3], &resolvers[4],
};

static const gql_loader loader = {
    .struct_size = sizeof(gql_loader),
    .flags = GQL_RESOLVER_SHAPES,
    .type = "Integration",
    .load = load_integrations,
    .owns = owns_integration,
};

static const gql_loader *const loader_list[] = {&loader};
static const char *const reference_list[] = {"Organization"};

#define LENGTH(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static const gql_schema schema = {
    .struct_size = sizeof(gql_schema),
    .part_count = SCHEMA_PART_COUNT,
    .resolver_count = LENGTH(resolver_list),
    .loader_count = LENGTH(loader_list),
    .reference_count = LENGTH(reference_list),
    .parts = schema_parts,
    .resolvers = resolver_list,
    .loaders = loader_list,
    .references = reference_list,
};

static int32_t init_engines(gql_failure *failure)
{
    int32_t code = GQL_OK;
    for (size_t i = 0; store_engines[i] != NULL && code == GQL_OK; i++)
        code = store_engines[i]->init(failure);
    return code;
}

/* How many times init succeeded without a deinit yet: several hosts may share the library. */
static atomic_int hosts;

static int32_t init(const gql_host *host, gql_failure *failure)
{
    if (!instance_accepts(host))
        return fail(
            failure, GQL_E_VERSION,
            "The host's struct is not one of plugin ABI 0.2, or a reply function is missing");
    if (sodium_init() < 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "libsodium can't be initialized: the system gives no random numbers");
    pin_library((const void *)(uintptr_t)sodium_init);
    pin_library((const void *)(uintptr_t)u_charType); /* libicuuc */
    pin_library((const void *)(uintptr_t)ucol_open);  /* libicui18n */
    int32_t code = collation_init(failure);
    if (code == GQL_OK)
        code = init_engines(failure);
    if (code == GQL_OK)
        atomic_fetch_add(&hosts, 1);
    return code;
}

/* Everything else is owned by instances. */
static void deinit(void)
{
    if (atomic_fetch_sub(&hosts, 1) == 1)
        config_forget_schema();
}

static int32_t create(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    return instance_create(host, store_engines, config, config_size, ret_instance, failure);
}

static const gql_health health = {.struct_size = sizeof(gql_health), .check = instance_health};

static const gql_events events = {
    .struct_size = sizeof(gql_events),
    .read = events_read,
    .claim = events_claim,
    .acknowledge = events_acknowledge,
    .watch = instance_watch_events,
};

static int32_t read_metrics(gql_instance *instance, const gql_metrics_query *query,
                            gql_metrics_fn take, void *user)
{
    return metrics_read(PLUGIN_VERSION, instance, query, take, user);
}

static const gql_metrics metrics = {.struct_size = sizeof(gql_metrics), .read = read_metrics};

static const void *extension(const char *id)
{
    if (strcmp(id, GQL_EXT_EVENTS) == 0)
        return &events;
    if (strcmp(id, GQL_EXT_METRICS) == 0)
        return &metrics;
    return strcmp(id, GQL_EXT_HEALTH) == 0 ? &health : NULL;
}

static const gql_plugin plugin = {
    .struct_size = sizeof(gql_plugin),
    .abi_major = 0, /* Literals: what this source was written for. */
    .abi_minor = 2,
    .id = "org.gql-integrations.integrations",
    .name = "Integrations",
    .version = PLUGIN_VERSION,
    .description = "Accounts of API clients, automated systems and third-party services",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = config_schema,
    .config_schema_size = CONFIG_SCHEMA_SIZE,
    .init = init,
    .deinit = deinit,
    .create = create,
    .drain = instance_drain,
    .destroy = instance_destroy,
    .extension = extension,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor == 2 ? &plugin : NULL;
}
