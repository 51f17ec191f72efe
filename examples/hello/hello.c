// SPDX-License-Identifier: MIT
/* A minimal plugin: Query.hello returns a greeting. */
#include <stdlib.h>

#include "gql_plugin_kit.h"

struct gql_instance {
    const gql_host *host;
    gql_kit_gate gate; /* Each call is inside, so that drain can wait for it. */
};

static int32_t greet(const gql_host *host, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = gql_kit_json(call->arguments, call->arguments_size);
    const char *name = gql_kit_string(arguments, "name", NULL);
    const int32_t code = name == NULL
                             ? gql_kit_reject(host, reply, GQL_CODE_VALIDATION_ERROR,
                                              "The name must be a string.")
                             : gql_kit_resolve(host, reply, json_pack("s++", "Hello, ", name, "!"));
    json_decref(arguments);
    return code;
}

static int32_t hello(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    if (!gql_kit_call_fits(self, call, reply))
        return GQL_E_MISUSE;
    if (!gql_kit_enter(&self->gate))
        return gql_kit_reject_drained(self->host, reply);
    const int32_t code = greet(self->host, call, reply);
    gql_kit_leave(&self->gate);
    return code;
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return gql_kit_host_fits(host)
               ? GQL_OK
               : gql_kit_fail(failure, GQL_E_VERSION, "needs a host of plugin ABI 0.2");
}

static void deinit(void)
{
}

static int32_t create(const gql_host *host, const char *config, uint64_t size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    json_error_t error = {.text = "out of memory"};
    if (!gql_kit_host_fits(host))
        return gql_kit_fail(failure, GQL_E_MISUSE, "needs a host of plugin ABI 0.2");
    json_t *json = json_loadb(config, size, 0, &error);
    /* JSON_STRICT: an unknown key is an error that names the key. */
    const int valid = json != NULL && json_unpack_ex(json, &error, JSON_STRICT, "{}") == 0;
    json_decref(json);
    if (!valid)
        return gql_kit_fail(failure, GQL_E_CONFIG, "the configuration must be {}: %s", error.text);
    gql_instance *self = calloc(1, sizeof *self);
    if (self == NULL || !gql_kit_gate_init(&self->gate)) {
        free(self);
        return gql_kit_fail(failure, GQL_E_NO_MEMORY, "out of memory");
    }
    self->host = host;
    *ret_instance = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    if (self != NULL)
        gql_kit_drain(&self->gate);
}

static void destroy(gql_instance *self)
{
    if (self != NULL)
        gql_kit_gate_finish(&self->gate);
    free(self);
}

static const char sdl[] = "extend type Query { hello(name: String! = \"world\"): String! }";
static const gql_schema_part part = {sizeof part, GQL_PART_OWN, "hello", sdl, sizeof sdl - 1};
static const gql_resolver resolver = {
    .struct_size = sizeof resolver,
    .flags = GQL_RESOLVER_INLINE,
    .type = "Query",
    .field = "hello",
    .resolve = hello,
};
static const gql_schema schema = {
    .struct_size = sizeof schema,
    .part_count = 1,
    .resolver_count = 1,
    .parts = (const gql_schema_part *const[]){&part},
    .resolvers = (const gql_resolver *const[]){&resolver},
};
static const char config_schema[] =
    "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", "
    "\"type\": \"object\", \"additionalProperties\": false}";
static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = 0, /* Literals: the version that this source was written for. */
    .abi_minor = 2,
    .id = "org.example.hello",
    .name = "Hello",
    .version = "1.0.0",
    .description = "Returns a greeting.",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = config_schema,
    .config_schema_size = sizeof config_schema - 1,
    .init = init,
    .deinit = deinit,
    .create = create,
    .drain = drain,
    .destroy = destroy,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    return host_abi_major == 0 && host_abi_minor == 2 ? &plugin : NULL;
}
