// SPDX-License-Identifier: MIT
#include <string.h>

#include "tests/support/mock_internal.h"

struct taken {
    json_t *metrics;
    int times;
    pthread_t reader;
};

static void take(void *user, const char *json, uint64_t size)
{
    struct taken *taken = user;
    gql_failure failure = {.struct_size = sizeof failure};
    if (!pthread_equal(taken->reader, pthread_self()))
        mock_violation("metrics were given on another thread");
    if (gql_metrics_check(json, (size_t)size, &failure) != GQL_OK)
        mock_violation("%s", failure.message);
    taken->times++;
    json_decref(taken->metrics);
    taken->metrics = json_loadb(json, (size_t)size, 0, NULL);
}

json_t *mock_metrics(struct mock_host *host, gql_instance *instance, uint32_t organizations)
{
    struct taken taken = {.reader = pthread_self()};
    const gql_plugin *plugin = mock_plugin(host);
    if (plugin->extension == NULL || plugin->extension(GQL_EXT_METRICS) == NULL)
        return NULL;
    const int32_t code = gql_library_metrics(host->library, instance, organizations, take, &taken);
    const bool none = code == GQL_E_NO_MEMORY && taken.times == 0; /* A test makes that happen. */
    if (!none && (code != GQL_OK || taken.times != 1))
        mock_violation("metrics were given %d times, with code %d", taken.times, (int)code);
    return taken.metrics;
}
