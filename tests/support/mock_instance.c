// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "tests/support/mock_internal.h"

struct mock_instance *mock_instance_entry(struct mock_host *host, const gql_instance *instance)
{
    for (size_t i = 0; i < MOCK_INSTANCES; i++)
        if (host->instances[i].instance == instance)
            return &host->instances[i];
    mock_violation(instance == NULL ? "more than %d instances"
                                    : "an instance that is none of the %d",
                   MOCK_INSTANCES);
    abort(); /* There is no entry to return. */
}

/*
 * The plugin gets the configuration in a heap block of exactly its size, which is freed afterwards,
 * so that AddressSanitizer reports reads beyond its end and later ones.
 */
static int32_t create(struct mock_host *host, const char *config, gql_instance **ret_instance,
                      gql_failure *failure)
{
    *failure = (gql_failure){.struct_size = sizeof *failure};
    const size_t size = strlen(config);
    char *lent = malloc(size == 0 ? 1 : size);
    memcpy(lent, config, size);
    const int32_t code = gql_instance_create(host->library, lent, size, ret_instance, failure);
    free(lent);
    return code;
}

int32_t mock_try_create(struct mock_host *host, const char *config, gql_instance **ret_instance,
                        gql_failure *failure)
{
    const int32_t code = create(host, config, ret_instance, failure);
    if (code != GQL_OK)
        return code;
    pthread_mutex_lock(&host->mutex);
    *mock_instance_entry(host, NULL) = (struct mock_instance){.instance = *ret_instance};
    pthread_mutex_unlock(&host->mutex);
    return code;
}

gql_instance *mock_create(struct mock_host *host, const char *config)
{
    gql_failure failure;
    gql_instance *instance = NULL;
    if (mock_try_create(host, config, &instance, &failure) != GQL_OK)
        mock_violation("create failed: %s", failure.message);
    return instance;
}

int32_t mock_create_fails(struct mock_host *host, const char *config, gql_failure *failure)
{
    gql_instance *instance = NULL;
    const int32_t code = create(host, config, &instance, failure);
    if (code == GQL_OK)
        mock_violation("create must fail, but succeeded with %s", config);
    else if (!mock_is_utf8(failure->message, strlen(failure->message)) || failure->code != code)
        mock_violation(
            "create failed with a message that is not UTF-8, or with two different codes");
    return code;
}

void mock_drain(struct mock_host *host, gql_instance *instance)
{
    pthread_mutex_lock(&host->mutex);
    mock_instance_entry(host, instance)->draining = true;
    pthread_mutex_unlock(&host->mutex);
    gql_instance_drain(host->library, instance);
    pthread_mutex_lock(&host->mutex);
    struct mock_instance *entry = mock_instance_entry(host, instance);
    const size_t under_way = entry->under_way;
    entry->drained = true;
    pthread_mutex_unlock(&host->mutex);
    if (under_way > 0)
        mock_violation("drain returned, but %zu calls are pending", under_way);
}

void mock_destroy(struct mock_host *host, gql_instance **instance)
{
    if (instance == NULL || *instance == NULL)
        return;
    mock_drain(host, *instance);
    json_decref(mock_metrics(host, *instance, 1));
    json_decref(mock_metrics(host, NULL, 0));
    gql_instance *old = *instance;
    gql_instance_destroy(host->library, instance);
    pthread_mutex_lock(&host->mutex);
    *mock_instance_entry(host, old) = (struct mock_instance){0};
    pthread_mutex_unlock(&host->mutex);
}
