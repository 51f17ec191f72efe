// SPDX-License-Identifier: MIT
#include "plugin/instance.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "plugin/base/failure.h"

/* Tokens whose signatures are remembered; some 80 bytes each. */
enum { TOKEN_CACHE_CAPACITY = 16384 };

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
    const int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (size < 0)
        return;
    const size_t kept = (size_t)size < sizeof line ? (size_t)size : sizeof line - 1;
    for (size_t i = 0; i < kept; i++) {
        /* What a file or a database holds must not begin lines of its own. */
        if ((unsigned char)line[i] < 0x20)
            line[i] = ' ';
    }
    instance->log->write(instance->host, level, line, kept, trace_id);
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
    return GQL_HAS(host, extension) && host->extension != NULL ? host->extension(host, id) : NULL;
}

static int32_t open_store(gql_instance *instance, gql_failure *failure)
{
    const struct config *config = &instance->config;
    const struct store_options options = {
        .path = config->database_path,
        .locale = config->locale,
        .readers = config->readers,
        .cache_kib = config->cache_kib,
        .mmap_mib = config->mmap_mib,
        .busy_timeout_ms = config->busy_timeout_ms,
        .mint = config->mint,
        .user = instance,
        .unix_milliseconds = store_clock,
        .log = store_log,
    };
    return store_open(&options, &instance->store, failure);
}

static int32_t open_keyring(gql_instance *instance, gql_failure *failure)
{
    struct vault_failure why;
    if (instance->config.keyring == NULL)
        return GQL_OK;
    if (!vault_keyring_source_open(instance->config.keyring, vault_log, instance,
                                   &instance->keyring, &why))
        return fail(failure, GQL_E_UNAVAILABLE, "credentials.keyring: %s", why.message);
    instance->tokens = vault_token_cache_create(TOKEN_CACHE_CAPACITY);
    if (instance->tokens == NULL || !verifier_init(&instance->verifier, instance->config.verifiers))
        return fail_no_memory(failure);
    return GQL_OK;
}

static int32_t open_all(gql_instance *instance, const char *config, uint64_t config_size,
                        gql_failure *failure)
{
    int32_t code = config_init(&instance->config, config, config_size, failure);
    if (code == GQL_OK)
        code = open_keyring(instance, failure);
    if (code == GQL_OK)
        code = open_store(instance, failure);
    return code;
}

int32_t instance_create(const gql_host *host, const char *config, uint64_t config_size,
                        gql_instance **ret_instance, gql_failure *failure)
{
    if (host == NULL || config == NULL || ret_instance == NULL)
        return fail(failure, GQL_E_MISUSE,
                    "create: host, config and ret_instance must not be NULL");
    gql_instance *instance = aligned_alloc(_Alignof(gql_instance), sizeof *instance);
    if (instance == NULL)
        return fail_no_memory(failure);
    *instance = (gql_instance){.host = host,
                               .log = host_extension(host, GQL_EXT_LOG),
                               .clock = host_extension(host, GQL_EXT_CLOCK)};
    gate_init(&instance->gate);
    const int32_t code = open_all(instance, config, config_size, failure);
    if (code == GQL_OK)
        *ret_instance = instance;
    else
        instance_destroy(instance);
    return code;
}

void instance_drain(gql_instance *instance)
{
    if (instance == NULL)
        return;
    gate_close(&instance->gate);
    if (instance->store != NULL)
        store_drain(instance->store);
}

void instance_destroy(gql_instance *instance)
{
    if (instance == NULL)
        return;
    instance_drain(instance);
    verifier_finish(&instance->verifier);
    store_close(&instance->store);
    vault_token_cache_destroy(&instance->tokens);
    vault_keyring_source_close(&instance->keyring);
    config_finish(&instance->config);
    free(instance);
}
