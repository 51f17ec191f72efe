// SPDX-License-Identifier: MIT
/*
 * A plugin for tests of hosts, beside others: fields on the host's type, and types that claim the
 * same IDs. It is resident. The macros below build variants of it that a host must refuse.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/node-host/plugins/json_reply.h"

#ifndef PLUGIN_FLAGS
#define PLUGIN_FLAGS 0
#endif
#ifndef RESOLVER_FLAGS
#define RESOLVER_FLAGS 0
#endif
#ifndef RESOLVER_RESERVED
#define RESOLVER_RESERVED 0
#endif
#ifndef LOADER_SIZE
#define LOADER_SIZE sizeof(gql_loader)
#endif
#ifndef REQUIRED_FIELD
#define REQUIRED_FIELD "title"
#endif

struct gql_instance {
    const gql_host *host;
};

static int32_t resolve_above(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return json_reply_resolve(self->host, reply, json_parent_text(call));
}

/* ---- Loading ---- */

static bool starts_with(const char *id, uint64_t size, const char *start)
{
    return size >= strlen(start) && memcmp(id, start, strlen(start)) == 0;
}

static bool is_digits(const char *id, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (id[i] < '0' || id[i] > '9')
            return false;
    return true;
}

static int32_t owns_left(const char *id, uint64_t size)
{
    return starts_with(id, size, "left:") || is_digits(id, size);
}

static int32_t owns_right(const char *id, uint64_t size)
{
    return starts_with(id, size, "right:") || is_digits(id, size);
}

/* Knows every ID. */
static int32_t load(gql_instance *self, const gql_call *call, gql_reply *reply, const char *type)
{
    json_t *arguments = json_arguments(call), *list = json_array(), *id;
    size_t index;
    json_array_foreach(json_object_get(arguments, "ids"), index, id)
        json_array_append_new(list, json_pack("{ss sO}", "__typename", type, "id", id));
    json_decref(arguments);
    return json_reply_resolve(self->host, reply, list);
}

static int32_t load_left(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return load(self, call, reply, "Left");
}

static int32_t load_right(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    return load(self, call, reply, "Right");
}

/* ---- Life ---- */

static int32_t create(const gql_host *host, const char *config, uint64_t size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    (void)config, (void)size;
    gql_instance *self = calloc(1, sizeof *self);
    if (self == NULL)
        return failure->code = GQL_E_NO_MEMORY;
    self->host = host;
    *ret_instance = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    (void)self;
}

static void destroy(gql_instance *self)
{
    free(self);
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return (void)host, (void)failure, GQL_OK;
}

static void deinit(void)
{
}

static const char sdl[] = "extend type Organization {\n"
                          "  \"The value that has the field.\"\n"
                          "  above: String!\n"
                          "}\n"
                          "type Left implements Node { id: ID! above: String! }\n"
                          "type Right implements Node { id: ID! }\n";
static const gql_schema_part own = {sizeof own, GQL_PART_OWN, "annex", sdl, sizeof sdl - 1};
static const char *const required[] = {"id", REQUIRED_FIELD}, *const id_only[] = {"id"};
static const gql_resolver resolvers[] = {
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE | RESOLVER_FLAGS, "Organization", "above",
     resolve_above, required, 2, RESOLVER_RESERVED},
    {sizeof(gql_resolver), GQL_RESOLVER_INLINE, "Left", "above", resolve_above, id_only, 1, 0},
};
static const gql_loader left = {LOADER_SIZE, GQL_RESOLVER_INLINE, "Left", load_left, owns_left};
static const gql_loader right = {sizeof right, GQL_RESOLVER_INLINE, "Right", load_right,
                                 owns_right};
static const gql_schema schema = {
    .struct_size = sizeof schema,
    .part_count = 1,
    .resolver_count = 2,
    .loader_count = 2,
    .parts = (const gql_schema_part *const[]){&own},
    .resolvers = (const gql_resolver *const[]){&resolvers[0], &resolvers[1]},
    .loaders = (const gql_loader *const[]){&left, &right},
};
static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = 0,
    .abi_minor = 2,
    .flags = GQL_PLUGIN_RESIDENT | PLUGIN_FLAGS,
    .id = "org.example.annex",
    .name = "Annex",
    .version = "1.0.0",
    .description = "Adds to what others have.",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = "{}",
    .config_schema_size = 2,
    .init = init,
    .deinit = deinit,
    .create = create,
    .drain = drain,
    .destroy = destroy,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor >= 2 ? &plugin : NULL;
}
