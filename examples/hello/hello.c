// SPDX-License-Identifier: MIT
/* A minimal plugin: Query.hello returns a greeting. */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_plugin.h"

struct gql_instance {
    const gql_host *host;
    pthread_rwlock_t gate; /* Each call holds it for reading, so that drain can wait for them. */
    int drained;
};

static int32_t reject(const gql_host *host, const gql_reply *reply, const char *code,
                      const char *message)
{
    const gql_error error = {.struct_size = sizeof error,
                             .code = code,
                             .message = message,
                             .message_size = strlen(message)};
    return host->reply_reject(host, reply->handle, &error);
}

static int32_t greet(const gql_host *host, const gql_call *call, gql_reply *reply)
{
    json_t *arguments = json_loadb(call->arguments, call->arguments_size, 0, NULL);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    json_t *text = name == NULL ? NULL : json_pack("s++", "Hello, ", name, "!");
    const size_t size = json_dumpb(text, NULL, 0, JSON_ENCODE_ANY);
    int32_t code = size == 0 ? GQL_E_NO_MEMORY : host->reply_grow(host, reply->handle, size);
    if (name == NULL) {
        code = reject(host, reply, GQL_CODE_VALIDATION_ERROR, "The name must be a string.");
    } else if (code == GQL_E_LIMIT) {
        code = reject(host, reply, GQL_CODE_VALIDATION_ERROR, "The name is too long.");
    } else if (code == GQL_OK) { /* What the reply holds already is the host's. */
        reply->size += json_dumpb(text, reply->data + reply->size, size, JSON_ENCODE_ANY);
        code = host->reply_resolve(host, reply->handle);
    }
    json_decref(text);
    json_decref(arguments);
    return code;
}

static int32_t hello(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    if (self == NULL || call == NULL || reply == NULL || !GQL_FITS(call, GQL_CALL_SIZE_0_2) ||
        !GQL_FITS(reply, GQL_REPLY_SIZE_0_2) || call->flags >> 16 != 0 || reply->reserved != 0 ||
        call->arguments == NULL)
        return GQL_E_MISUSE;
    const gql_host *host = self->host;
    int32_t code = GQL_OK;
    pthread_rwlock_rdlock(&self->gate);
    const int drained = self->drained;
    if (!drained)
        code = greet(host, call, reply);
    pthread_rwlock_unlock(&self->gate);
    if (drained)
        code = reject(host, reply, GQL_CODE_SERVICE_UNAVAILABLE, "The plugin is shutting down.");
    return code;
}

static int32_t fail(gql_failure *failure, int32_t code, const char *what, const char *why)
{
    if (failure != NULL && GQL_FITS(failure, GQL_FAILURE_SIZE_0_2)) {
        snprintf(failure->message, sizeof failure->message, "%s%s", what, why);
        failure->code = code;
    }
    return code;
}

static int is_usable(const gql_host *host)
{
    return host != NULL && GQL_FITS(host, GQL_HOST_SIZE_0_2) && host->reserved == 0;
}

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return is_usable(host) ? GQL_OK
                           : fail(failure, GQL_E_VERSION, "needs a host of plugin ABI 0.2", "");
}

static void deinit(void)
{
}

static int32_t create(const gql_host *host, const char *config, uint64_t size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    json_error_t error = {.text = "out of memory"};
    if (!is_usable(host))
        return fail(failure, GQL_E_MISUSE, "needs a host of plugin ABI 0.2", "");
    json_t *json = json_loadb(config, size, 0, &error);
    /* JSON_STRICT: an unknown key is an error that names the key. */
    const int invalid = json == NULL || json_unpack_ex(json, &error, JSON_STRICT, "{}") != 0;
    gql_instance *self = invalid ? NULL : calloc(1, sizeof *self);
    json_decref(json);
    if (self == NULL)
        return fail(failure, invalid ? GQL_E_CONFIG : GQL_E_NO_MEMORY,
                    "the configuration must be {}: ", error.text);
    self->host = host;
    pthread_rwlock_init(&self->gate, NULL);
    *ret_instance = self;
    return GQL_OK;
}

static void drain(gql_instance *self)
{
    if (self == NULL)
        return;
    pthread_rwlock_wrlock(&self->gate);
    self->drained = 1;
    pthread_rwlock_unlock(&self->gate);
}

static void destroy(gql_instance *self)
{
    if (self != NULL)
        pthread_rwlock_destroy(&self->gate);
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
