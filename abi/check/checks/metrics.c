// SPDX-License-Identifier: MIT
/* What the plugin tells of itself in numbers, if it does. */
#include <pthread.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/session.h"

struct taking {
    struct check_run *run;
    const char *of; /* Whose metrics. */
    pthread_t reader;
    unsigned times;
};

static void take(void *user, const char *json, uint64_t size)
{
    struct taking *taking = user;
    gql_failure failure = {.struct_size = sizeof failure};
    taking->times++;
    if (!pthread_equal(taking->reader, pthread_self()))
        check_fail(taking->run, "metrics of %s: given on another thread", taking->of);
    else if (gql_metrics_check(json, (size_t)size, &failure) != GQL_OK)
        check_fail(taking->run, "%s, of %s", failure.message, taking->of);
}

static void read_metrics(struct session *session, gql_instance *instance, const char *of)
{
    struct taking taking = {.run = session->run, .of = of, .reader = pthread_self()};
    check_step("metrics of %s", of);
    const int32_t code = gql_library_metrics(session->library, instance, 1, take, &taking);
    check_step_done();
    if (code != GQL_OK)
        check_fail(session->run, "metrics of %s: returned %d", of, (int)code);
    else if (taking.times != 1)
        check_fail(session->run, "metrics of %s: given %u times", of, taking.times);
}

void check_metrics(struct check_run *run)
{
    struct session session;
    gql_instance *instance = NULL;
    check_cure(run, "give `take` one list of metrics, as gql_plugin.h describes it, on the thread "
                    "that asks");
    if (!session_open(run, 0, &session))
        return;
    const gql_plugin *plugin = session.plugin;
    if (!GQL_HAS(plugin, extension) || plugin->extension == NULL ||
        plugin->extension(GQL_EXT_METRICS) == NULL) {
        check_note(run, "the plugin has no metrics");
    } else if (session_configure(&session) && session_create(&session, 0, &instance)) {
        read_metrics(&session, NULL, "the process");
        read_metrics(&session, instance, "an instance");
        session_destroy(&session, &instance);
    }
    session_close(&session, false);
}
