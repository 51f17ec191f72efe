// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/plugins/pooled.h"

static int32_t init(const gql_host *host, gql_failure *failure)
{
    (void)host, (void)failure;
    return GQL_OK;
}

static void deinit(void)
{
}

static int32_t create(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    struct pooled_control *control = (struct pooled_control *)strtoull(config, NULL, 10);
    (void)config_size;
    pthread_mutex_lock(&control->mutex);
    control->begun++;
    pthread_cond_broadcast(&control->changed);
    while (control->hold)
        pthread_cond_wait(&control->changed, &control->mutex);
    const bool fails = control->fails ||
                       (control->fails_each > 0 && control->begun % control->fails_each == 0);
    gql_instance *self = fails ? NULL : calloc(1, sizeof *self);
    if (self != NULL)
        *self = (gql_instance){.host = host, .control = control, .number = ++control->created};
    pthread_mutex_unlock(&control->mutex);
    if (self == NULL) {
        snprintf(failure->message, sizeof failure->message, "the disk is on fire");
        return GQL_E_UNAVAILABLE;
    }
    *ret_instance = self;
    return GQL_OK;
}

/* Answers with the number of the instance. A kept call is completed by the test. */
static int32_t number(gql_instance *self, const gql_call *call, gql_reply *reply)
{
    struct pooled_control *control = self->control;
    (void)call;
    reply->size += (uint64_t)snprintf(reply->data + reply->size, 16, "%d", self->number);
    pthread_mutex_lock(&control->mutex);
    const bool keep = control->keep && control->kept_count < POOLED_MAX_KEPT;
    if (keep) {
        control->kept[control->kept_count].reply = reply;
        control->kept[control->kept_count++].instance = self;
        self->calls++;
        pthread_cond_broadcast(&control->changed);
    }
    pthread_mutex_unlock(&control->mutex);
    return keep ? GQL_PENDING : self->host->reply_resolve(self->host, reply->handle);
}

static void drain(gql_instance *self)
{
    (void)self;
}

static void destroy(gql_instance *self)
{
    struct pooled_control *control = self->control;
    pthread_mutex_lock(&control->mutex);
    control->destroyed_under_call |= self->calls > 0;
    control->destroyed++;
    pthread_cond_broadcast(&control->changed);
    pthread_mutex_unlock(&control->mutex);
    free(self);
}

static uint32_t check(gql_instance *self, char *reason, uint64_t reason_size)
{
    struct pooled_control *control = self->control;
    pthread_mutex_lock(&control->mutex);
    const uint32_t health = control->health[self->number % POOLED_MAX_KEPT];
    pthread_mutex_unlock(&control->mutex);
    if (health != GQL_HEALTH_OK)
        snprintf(reason, (size_t)reason_size, "instance %d is unwell", self->number);
    return health;
}

/* Only an instance has any: its number. */
static int32_t read_metrics(gql_instance *self, const gql_metrics_query *query, gql_metrics_fn take,
                            void *user)
{
    char json[192];
    (void)query;
    snprintf(json, sizeof json,
             "[{\"name\":\"pooled.number\",\"kind\":\"gauge\",\"unit\":\"1\","
             "\"description\":\"Number\",\"points\":[{\"attributes\":{},\"value\":%d}]}]",
             self == NULL ? 0 : self->number);
    take(user, json, strlen(json));
    return GQL_OK;
}

static const void *extension(const char *id)
{
    static const gql_metrics metrics = {.struct_size = sizeof metrics, .read = read_metrics};
    if (strcmp(id, GQL_EXT_METRICS) == 0)
        return &metrics;
    static const gql_health health = {.struct_size = sizeof health, .check = check};
    return strcmp(id, GQL_EXT_HEALTH) == 0 ? &health : NULL;
}

static const char sdl[] = "extend type Query { number: Int! }";
static const gql_schema_part part = {sizeof part, GQL_PART_OWN, "number", sdl, sizeof sdl - 1};
static const gql_resolver resolver = {
    .struct_size = sizeof resolver,
    .type = "Query",
    .field = "number",
    .resolve = number,
};
static const gql_schema schema = {
    .struct_size = sizeof schema,
    .part_count = 1,
    .resolver_count = 1,
    .parts = (const gql_schema_part *const[]){&part},
    .resolvers = (const gql_resolver *const[]){&resolver},
};
static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = 0,
    .abi_minor = 2,
    .id = "org.example.pooled",
    .name = "Pooled",
    .version = "1.0.0",
    .description = "Numbers its instances.",
    .licence = "MIT",
    .schema = &schema,
    .config_schema = "{\"type\": \"integer\"}",
    .config_schema_size = sizeof "{\"type\": \"integer\"}" - 1,
    .init = init,
    .deinit = deinit,
    .create = create,
    .drain = drain,
    .destroy = destroy,
    .extension = extension,
};

const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    (void)host_abi_major, (void)host_abi_minor;
    return &plugin;
}
