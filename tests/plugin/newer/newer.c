// SPDX-License-Identifier: MIT
/*
 * The plugin in a newer version, which has one field more: Query.integrationsVersion. Definitions
 * make versions that a host can't take: FIELD, if the host has it; ABI_MAJOR; FAILING_INIT;
 * NEEDS_SETTING. FLAGS are those of gql_plugin.
 */
#include <string.h>

#include "gql_plugin_kit.h"
#include "plugin/schema_text.h"

#ifndef ABI_MAJOR
#define ABI_MAJOR 0
#endif
#ifndef FAILING_INIT
#define FAILING_INIT 0
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef NEEDS_SETTING
#define NEEDS_SETTING 0
#endif
#ifndef FIELD
#define FIELD "integrationsVersion"
#endif

/* That of the plugin itself. */
const gql_plugin *own_entry(uint32_t host_abi_major, uint32_t host_abi_minor);

static const char sdl[] = "extend type Query {\n  \"The version of the plugin.\"\n  " FIELD
                          ": String!\n}\n";
static const gql_schema_part field_part = {sizeof field_part, GQL_PART_OWN, "newer", sdl,
                                           sizeof sdl - 1};

static const char needy_schema[] = "{\"type\": \"object\", \"required\": [\"region\"]}";

static const gql_host *used_host;
static int32_t (*own_init)(const gql_host *host, gql_failure *failure);

static int32_t resolve_version(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    if (!gql_kit_call_fits(instance, call, reply))
        return GQL_E_MISUSE;
    return gql_kit_resolve(used_host, reply, json_string(NEWER_VERSION));
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    used_host = host;
    return FAILING_INIT ? gql_kit_fail(failure, GQL_E_UNAVAILABLE, "a device is missing")
                        : own_init(host, failure);
}

enum { MOST_RESOLVERS = 16 };

static const gql_schema *extend(const gql_schema *own)
{
    static const gql_resolver field = {.struct_size = sizeof field,
                                       .type = "Query",
                                       .field = FIELD,
                                       .resolve = resolve_version};
    static const gql_schema_part *parts[SCHEMA_PART_COUNT + 1];
    static const gql_resolver *resolvers[MOST_RESOLVERS];
    static gql_schema schema;
    memcpy(parts, own->parts, own->part_count * sizeof *parts);
    memcpy(resolvers, own->resolvers, own->resolver_count * sizeof *resolvers);
    parts[own->part_count] = &field_part;
    resolvers[own->resolver_count] = &field;
    schema = *own;
    schema.parts = parts;
    schema.resolvers = resolvers;
    schema.part_count++;
    schema.resolver_count++;
    return &schema;
}

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    static gql_plugin plugin;
    const gql_plugin *own = own_entry(host_abi_major, host_abi_minor);
    if (own == NULL || own->schema->resolver_count >= MOST_RESOLVERS)
        return NULL;
    plugin = *own;
    own_init = own->init;
    plugin.abi_major = ABI_MAJOR;
    plugin.flags = FLAGS;
    plugin.version = NEWER_VERSION;
    plugin.schema = extend(own->schema);
    plugin.init = init;
    if (NEEDS_SETTING) {
        plugin.config_schema = needy_schema;
        plugin.config_schema_size = sizeof needy_schema - 1;
    }
    return &plugin;
}
