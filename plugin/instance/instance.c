// SPDX-License-Identifier: MIT
#include "plugin/instance/instance.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin/base/failure.h"
#include "plugin/base/file_signal.h"
#include "plugin/store/engine.h"
#include "vault/line.h"

int64_t instance_now_ms(const gql_instance *instance)
{
    if (instance->clock != NULL)
        return instance->clock->unix_milliseconds(instance->host);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void instance_log(const gql_instance *instance, uint32_t level, const char *trace_id,
                  const char *format, ...)
{
    char line[1024];
    if (instance->log == NULL || level > instance->log->level)
        return;
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(line, sizeof line, format, arguments);
    va_end(arguments);
    instance->log->write(instance->host, level, line, strlen(line), trace_id);
}

static int64_t store_clock(void *user)
{
    return instance_now_ms(user);
}

static void store_log(void *user, uint32_t level, const char *message)
{
    instance_log(user, level, NULL, "%s", message);
}

static void vault_log(void *user, enum vault_log_level level, const char *message)
{
    instance_log(user, level == VAULT_LOG_WARNING ? GQL_LOG_WARNING : GQL_LOG_INFO, NULL, "%s",
                 message);
}

static const void *host_extension(const gql_host *host, const char *id)
{
    return host->extension == NULL ? NULL : host->extension(host, id);
}

/* An extension that is smaller than its first release is as good as none. */
static const gql_log *host_log(const gql_host *host)
{
    const gql_log *log = host_extension(host, GQL_EXT_LOG);
    return log != NULL && GQL_FITS(log, GQL_LOG_SIZE_0_2) ? log : NULL;
}

static const gql_clock *host_clock(const gql_host *host)
{
    const gql_clock *clock = host_extension(host, GQL_EXT_CLOCK);
    return clock != NULL && GQL_FITS(clock, GQL_CLOCK_SIZE_0_2) ? clock : NULL;
}

/* The schema of the configuration makes sure that one engine's setting is there. */
static const struct store_engine *choose_engine(const struct store_engine *const *engines,
                                                const json_t *database)
{
    while (*engines != NULL && json_object_get(database, (*engines)->setting) == NULL)
        engines++;
    return *engines;
}

static int32_t open_store(gql_instance *instance, const struct store_engine *const *engines,
                          gql_failure *failure)
{
    const struct config *config = &instance->config;
    const struct store_engine *engine = choose_engine(engines, config->database);
    const struct store_options options = {
        .database = config->database,
        .locale = config->locale,
        .organization = config->organization,
        .mint = config->mint,
        .retention = config->retention,
        .executors = instance->executors,
        .user = instance,
        .unix_milliseconds = store_clock,
        .log = store_log,
    };
    if (engine == NULL)
        return fail(failure, GQL_E_CONFIG,
                    "database.url: this plugin is built without PostgreSQL; build it with "
                    "-Dpostgres=enabled");
    return store_open(engine, &options, &instance->store, failure);
}

static int32_t open_keyring(gql_instance *instance, gql_failure *failure)
{
    struct vault_failure why;
    const char *path = instance->config.keyring;
    struct pool *pool = &instance->executors->storage;
    if (path == NULL)
        return GQL_OK;
    instance->keyring =
        (struct keyring_user){.log = vault_log, .user = instance, .audience = instance->host};
    if (instance->config.keyring_is_template)
        organization_keyrings_init(&instance->organization_keyrings, path, pool, vault_log,
                                   instance, instance->host);
    else if (!shared_keyring_join(&instance->keyring, path, pool, &why))
        return fail(failure, GQL_E_UNAVAILABLE, "credentials.keyring: %s", why.message);
    instance->tokens = vault_token_cache_acquire();
    return instance->tokens == NULL ? fail_no_memory(failure) : GQL_OK;
}

static void start_watch(gql_instance *instance)
{
    struct event_watch *watch = &instance->event_watch;
    watch->backlog = &instance->backlog;
    watch->store = instance->store;
    watch->interval = (uint64_t)instance->config.event_poll_ms * 1000 * 1000;
    watch->unix_milliseconds = store_clock;
    watch->clock_user = instance;
    event_watch_init(watch, &instance->executors->storage);
}

static int32_t open_all(gql_instance *instance, const struct store_engine *const *engines,
                        const char *config, uint64_t config_size, gql_failure *failure)
{
    int32_t code = config_init(&instance->config, config, config_size, failure);
    if (code == GQL_OK) {
        instance->places.limit = instance->config.pending_mutations;
        instance->places.limit_of_each = instance->config.pending_of_each;
        instance->executors = executors_acquire(&instance->config.threads);
        code = open_keyring(instance, failure);
    }
    if (code == GQL_OK)
        code = open_store(instance, engines, failure);
    if (code == GQL_OK) {
        config_drop_database(&instance->config);
        start_watch(instance);
        inventory_init(&instance->inventory, instance->store, &instance->executors->storage);
    }
    return code;
}

struct vault_keyring *instance_keyring(gql_instance *instance, struct text organization_id)
{
    return instance->config.keyring_is_template
               ? organization_keyrings_current(&instance->organization_keyrings, organization_id)
               : shared_keyring_current(&instance->keyring);
}

bool instance_accepts(const gql_host *host)
{
    return host != NULL && GQL_FITS(host, GQL_HOST_SIZE_0_2) && host->reserved == 0 &&
           host->reply_grow != NULL && host->reply_resolve != NULL && host->reply_reject != NULL;
}

int32_t instance_create(const gql_host *host, const struct store_engine *const *engines,
                        const char *config, uint64_t config_size, gql_instance **ret_instance,
                        gql_failure *failure)
{
    if (!instance_accepts(host) || config == NULL || ret_instance == NULL)
        return fail(failure, GQL_E_MISUSE,
                    "create: the host's struct is not one of plugin ABI 0.2, or config or "
                    "ret_instance is NULL");
    gql_instance *instance = aligned_alloc(_Alignof(gql_instance), sizeof *instance);
    if (instance == NULL)
        return fail_no_memory(failure);
    *instance = (gql_instance){.host = host, .log = host_log(host), .clock = host_clock(host)};
    gate_init(&instance->gate);
    places_init(&instance->places);
    backlog_init(&instance->backlog);
    denial_budget_init(&instance->denials_recorded);
    rejections_init(&instance->reads, "Reads");
    rejections_init(&instance->changes, "Changes");
    struct file_signal signal;
    file_signal_block(&signal);
    const int32_t code = open_all(instance, engines, config, config_size, failure);
    file_signal_restore(&signal);
    if (code == GQL_OK)
        *ret_instance = instance;
    else
        instance_destroy(instance);
    return code;
}

void instance_watch_events(gql_instance *instance, gql_events_more_fn more, void *user)
{
    if (instance != NULL)
        event_watch_set(&instance->event_watch, more, user);
}

void instance_note_event(gql_instance *instance, struct text organization_id)
{
    if (backlog_note(&instance->backlog, organization_id))
        event_watch_signal(&instance->event_watch);
}

void instance_drain(gql_instance *instance)
{
    if (instance == NULL)
        return;
    gate_close(&instance->gate);
    event_watch_finish(&instance->event_watch);
    inventory_stop(&instance->inventory);
    if (instance->store != NULL)
        store_drain(instance->store);
}

void instance_destroy(gql_instance *instance)
{
    if (instance == NULL)
        return;
    struct file_signal signal;
    instance_drain(instance);
    file_signal_block(&signal);
    store_close(&instance->store);
    file_signal_restore(&signal);
    vault_token_cache_release(&instance->tokens);
    shared_keyring_leave(&instance->keyring);
    organization_keyrings_finish(&instance->organization_keyrings);
    executors_release(&instance->executors);
    inventory_finish(&instance->inventory);
    config_finish(&instance->config);
    places_finish(&instance->places);
    backlog_finish(&instance->backlog);
    denial_budget_finish(&instance->denials_recorded);
    rejections_finish(&instance->reads);
    rejections_finish(&instance->changes);
    free(instance);
}
