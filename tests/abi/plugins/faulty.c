// SPDX-License-Identifier: MIT
/* Plugins that a host must refuse: one fault each, chosen by FAULT. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "faults.h"
#include "gql_plugin.h"

#define IF_FAULT(fault, faulty, right) (FAULT == (fault) ? (faulty) : (right))

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    (void)host;
    if (FAULT == FAULT_INIT_FAILS) {
        snprintf(failure->message, sizeof failure->message, "the licence has run out");
        return failure->code = GQL_E_UNAVAILABLE;
    }
    if (FAULT == FAULT_INIT_UNTERMINATED) {
        memset(failure->message, 'x', sizeof failure->message);
        return GQL_E_UNAVAILABLE;
    }
    return FAULT == FAULT_INIT_SILENT ? GQL_E_UNAVAILABLE : FAULT == FAULT_INIT_WRONG_CODE ? 42 : GQL_OK;
}

static void deinit(void)
{
}

static int32_t create(const gql_host *host, const char *config, uint64_t config_size, gql_instance **ret_instance,
                      gql_failure *failure)
{
    (void)host, (void)config, (void)config_size, (void)failure;
    static char memory;
    if (FAULT != FAULT_CREATE_NOTHING)
        *ret_instance = (gql_instance *)(void *)&memory;
    return GQL_OK;
}

static void drain(gql_instance *instance)
{
    (void)instance;
}

static const char sdl[] = "extend type Query { faulty: Int }";
static const gql_schema_part part = {.struct_size = IF_FAULT(FAULT_SMALL_PART, 8, sizeof part),
                                     .kind = GQL_PART_OWN,
                                     .name = "own",
                                     .sdl = IF_FAULT(FAULT_NO_SDL, NULL, sdl),
                                     .sdl_size = sizeof sdl - 1};
static const gql_resolver resolver = {.struct_size = IF_FAULT(FAULT_SMALL_RESOLVER, 8, sizeof resolver),
                                      .type = "Query",
                                      .field = IF_FAULT(FAULT_NO_FIELD, NULL, "faulty"),
                                      .resolve = IF_FAULT(FAULT_NO_RESOLVE, NULL, resolve)};
static const gql_loader loader = {.struct_size = IF_FAULT(FAULT_SMALL_LOADER, 8, sizeof loader),
                                  .type = "Thing",
                                  .load = IF_FAULT(FAULT_NO_LOAD, NULL, resolve)};
static const char *const reference = IF_FAULT(FAULT_NO_REFERENCE, NULL, "Organization");
static const gql_schema_part *const parts[] = {IF_FAULT(FAULT_NULL_PART, NULL, &part)};
static const gql_resolver *const resolvers[] = {IF_FAULT(FAULT_NULL_RESOLVER, NULL, &resolver)};
static const gql_loader *const loaders[] = {IF_FAULT(FAULT_NULL_LOADER, NULL, &loader)};
static const gql_schema schema = {.struct_size = IF_FAULT(FAULT_SMALL_SCHEMA, 16, sizeof schema),
                                  .part_count = 1,
                                  .resolver_count = 1,
                                  .loader_count = 1,
                                  .reference_count = 1,
                                  .parts = IF_FAULT(FAULT_NO_PARTS, NULL, parts),
                                  .resolvers = resolvers,
                                  .loaders = loaders,
                                  .references = &reference};

static const gql_plugin plugin = {
    .struct_size = IF_FAULT(FAULT_TINY_PLUGIN, 4,
                            IF_FAULT(FAULT_SMALL_PLUGIN, offsetof(gql_plugin, destroy),
                                     IF_FAULT(FAULT_OLD_PLUGIN, offsetof(gql_plugin, extension), sizeof plugin))),
    .abi_major = IF_FAULT(FAULT_MAJOR, 9, 0),
    .abi_minor = IF_FAULT(FAULT_MINOR, 7, 1),
    .id = IF_FAULT(FAULT_NO_ID, NULL, IF_FAULT(FAULT_SHORT_ID, "faulty", "org.example.faulty")),
    .name = IF_FAULT(FAULT_NO_NAME, "", "Faulty"),
    .version = IF_FAULT(FAULT_NO_VERSION, NULL, "1.0.0"),
    .description = "Has a fault.",
    .licence = IF_FAULT(FAULT_NO_LICENCE, NULL, "MIT"),
    .schema = IF_FAULT(FAULT_NO_SCHEMA, NULL, &schema),
    .config_schema = IF_FAULT(FAULT_NO_CONFIG_SCHEMA, NULL, IF_FAULT(FAULT_BAD_CONFIG_SCHEMA, "[]", "{}")),
    .config_schema_size = 2,
    .init = IF_FAULT(FAULT_NO_INIT, NULL, init),
    .deinit = IF_FAULT(FAULT_NO_DEINIT, NULL, deinit),
    .create = IF_FAULT(FAULT_NO_CREATE, NULL, create),
    .drain = IF_FAULT(FAULT_NO_DRAIN, NULL, drain),
    .destroy = IF_FAULT(FAULT_NO_DESTROY, NULL, drain),
};

#if FAULT == FAULT_NO_ENTRY
GQL_PLUGIN_EXPORT const gql_plugin *some_other_symbol(void);
const gql_plugin *some_other_symbol(void)
{
    return &plugin;
}
#elif FAULT == FAULT_FUTURE_ENTRY
GQL_PLUGIN_EXPORT const gql_plugin *gql_plugin_entry_v3(uint32_t host_abi_major, uint32_t host_abi_minor);
const gql_plugin *gql_plugin_entry_v3(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    (void)host_abi_major, (void)host_abi_minor;
    return &plugin;
}
#else
const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    (void)host_abi_major, (void)host_abi_minor;
    return FAULT == FAULT_ENTRY_REFUSES ? NULL : &plugin;
}
#endif
