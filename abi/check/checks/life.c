// SPDX-License-Identifier: MIT
/* Libraries and instances begin and end, again, and several side by side. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#include "abi/check/checks.h"
#include "abi/check/tour.h"
#include "abi/host/plugin_check.h"

/* As much of the schema as hosts look at. */
static bool is_config_schema_object(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    return plugin != NULL &&
           gql_plugin_check_config_schema(run->options->plugin, plugin, NULL) == GQL_OK;
}

void check_init(struct check_run *run)
{
    struct session first;
    struct session second;
    if (check_came_to(run, "config-schema", CHECK_NOT_OK) && !is_config_schema_object(run)) {
        check_skip(run, "needs the check config-schema to pass, since hosts refuse this plugin");
        return;
    }
    check_cure(run,
               "init may come again, before and after deinit: count, or let the second do no harm");
    if (!session_open(run, 0, &first) || !session_open(run, 0, &second))
        return;
    session_close(&second, false);
    session_close(&first, false);
    if (session_open(run, 0, &first))
        session_close(&first, false);
}

void check_extensions(struct check_run *run)
{
    struct session session;
    check_cure(run, "return NULL for every id but those that the plugin offers");
    if (!session_open(run, 0, &session))
        return;
    const gql_plugin *plugin = session.plugin;
    check_step("extension");
    if (GQL_HAS(plugin, extension) && plugin->extension != NULL &&
        plugin->extension("org.example.gql-plugin-check/1") != NULL)
        check_fail(run, "it offers an extension that nobody has defined");
    check_step_done();
    session_close(&session, false);
}

void check_create(struct check_run *run)
{
    struct session session;
    gql_instance *instance = NULL;
    check_cure(run, run->options->configs[0] == NULL
                        ? "the configuration's schema demands nothing, so that {} must do; or give "
                          "--config"
                        : "look at --config, or at what it names");
    if (!session_open(run, 0, &session) || !session_configure(&session) ||
        !session_create(&session, 0, &instance))
        return;
    check_cure(run, "drain may come again, and destroy takes NULL");
    session_drain(&session, instance);
    session_drain(&session, instance);
    session_destroy(&session, &instance);
    check_step("destroy of NULL");
    session.plugin->destroy(NULL);
    check_step_done();
    session_close(&session, false);
}

/* ---- Side by side ---- */

struct side {
    struct session *session;
    const struct plan *plan;
    pthread_barrier_t *together;
    unsigned index;
    pthread_t thread;
    atomic_bool done;
};

/* Each round both are there before either goes. */
static void *live(void *user)
{
    struct side *side = user;
    struct check_run *run = side->session->run;
    for (unsigned i = 0; i < run->options->rounds; i++) {
        gql_instance *instance = NULL;
        session_create(side->session, side->index, &instance);
        pthread_barrier_wait(side->together);
        if (instance != NULL && !perform_all(side->session, instance, side->plan, false, NULL))
            /* A call is still to come back, so that the instance can't be destroyed. */
            return NULL;
        session_destroy(side->session, &instance);
    }
    atomic_store(&side->done, true);
    return NULL;
}

/* False after check_fail: then threads are left, which may wait for each other for good. */
static bool wait_for(struct check_run *run, struct side *sides)
{
    while (!check_failed(run) && !(atomic_load(&sides[0].done) && atomic_load(&sides[1].done)))
        check_sleep(1);
    for (unsigned i = 0; i < 2 && !check_failed(run); i++)
        pthread_join(sides[i].thread, NULL);
    return !check_failed(run);
}

static bool live_together(struct check_run *run, struct session *session, const struct plan *plan)
{
    static pthread_barrier_t together;
    static struct side sides[2];
    pthread_barrier_init(&together, NULL, 2);
    for (unsigned i = 0; i < 2; i++) {
        sides[i] =
            (struct side){.session = session, .plan = plan, .together = &together, .index = i};
        if (pthread_create(&sides[i].thread, NULL, live, &sides[i]) != 0)
            check_skip(run, "no thread can be had");
    }
    return wait_for(run, sides);
}

/* Only what is new: each has a check of its own. */
static void look_for_misuses(struct check_run *run)
{
    static const char *const names[] = {"completes-once", "return-codes", "errors",
                                        "overrun",        "late-write",   "one-thread"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!check_passed(run, names[i]))
            return;
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        if (session_misuses[i] > 0)
            check_fail(
                run,
                "the contract was broken, which did not happen with one instance: %s, %" PRIu64
                " times",
                gql_misuse_name((gql_misuse)i), session_misuses[i]);
}

void check_parallel(struct check_run *run)
{
    struct session session;
    struct plan plan = {0};
    check_cure(run, "keep everything of an instance in the instance: no globals. Where two "
                    "instances can't share what the "
                    "configuration names, give a second --config");
    if (!session_open(run, 0, &session) || !session_configure(&session) ||
        (check_passed(run, "answers") && !plan_make(&session, &plan)) ||
        !live_together(run, &session, &plan))
        return;
    perform_forget();
    look_for_misuses(run);
    plan_finish(&plan);
    session_close(&session, false);
}
