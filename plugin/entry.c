// SPDX-License-Identifier: MIT
/* What the host finds: the one exported symbol, and the constant struct behind it. */
#include <dlfcn.h>
#include <sodium.h>
#include <sqlite3.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>

#include "plugin/base/failure.h"
#include "plugin/instance.h"
#include "plugin/resolvers/resolvers.h"
#include "plugin/schema_text.h"

#define RESOLVER(resolver_type, resolver_field, resolver_flags, function)                        \
    {                                                                                            \
        .struct_size = sizeof(gql_resolver), .flags = (resolver_flags), .type = (resolver_type), \
        .field = (resolver_field), .resolve = (function)                                         \
    }

static const gql_resolver resolvers[] = {
    RESOLVER("Query", "integration", GQL_RESOLVER_INLINE, resolve_integration),
    RESOLVER("Query", "integrations", GQL_RESOLVER_INLINE, resolve_integrations),
    RESOLVER("Mutation", "integrationCreate", GQL_RESOLVER_WRITES, resolve_integration_create),
    RESOLVER("Mutation", "integrationUpdate", GQL_RESOLVER_WRITES, resolve_integration_update),
    RESOLVER("Mutation", "integrationDelete", GQL_RESOLVER_WRITES, resolve_integration_delete),
};

static const gql_resolver *const resolver_list[] = {
    &resolvers[0], &resolvers[1], &resolvers[2], &resolvers[3], &resolvers[4],
};

static const gql_loader loader = {
    .struct_size = sizeof(gql_loader),
    .flags = GQL_RESOLVER_INLINE,
    .type = "Integration",
    .load = load_integrations,
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

/* Keeps the library that holds this address in the process for good. */
static void pin(const void *address)
{
    Dl_info library;
    if (dladdr(address, &library) != 0 && library.dli_fname != NULL)
        dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

/*
 * ICU and SQLite keep memory of their own for the process. It can be given back only when nobody in
 * the process uses them, which a plugin can't know; so they stay, with their memory, when the
 * plugin goes.
 */
static void pin_libraries(void)
{
    pin((const void *)(uintptr_t)u_charType); /* libicuuc */
    pin((const void *)(uintptr_t)ucol_open);  /* libicui18n */
    pin((const void *)(uintptr_t)sqlite3_libversion);
    pin((const void *)(uintptr_t)sodium_init);
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    if (host == NULL || !GQL_HAS(host, reply_reject) || host->reply_grow == NULL ||
        host->reply_resolve == NULL || host->reply_reject == NULL)
        return fail(failure, GQL_E_VERSION,
                    "The host lacks reply_grow, reply_resolve or reply_reject of ABI 0.1");
    if (sodium_init() < 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "libsodium can't be used: the system gives no random numbers");
    if (sqlite3_threadsafe() == 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "This SQLite is built without threads; one built with SQLITE_THREADSAFE=1 "
                    "or 2 is needed");
    /*
     * SQLite counts its memory under one lock of the process, several times a read: reads on two
     * threads would mostly wait for each other. Where somebody in the process has used SQLite
     * before, this is refused, and does no harm.
     */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    pin_libraries();
    return GQL_OK;
}

/* Instances own all there is. */
static void deinit(void)
{
}

static const void *extension(const char *id)
{
    (void)id;
    return NULL;
}

static const gql_plugin plugin = {
    .struct_size = sizeof(gql_plugin),
    .abi_major = 0, /* Literals: what this source was written for. */
    .abi_minor = 1,
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
    .create = instance_create,
    .drain = instance_drain,
    .destroy = instance_destroy,
    .extension = extension,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor == 1 ? &plugin : NULL;
}
