// SPDX-License-Identifier: MIT
/* Libraries and instances: created and destroyed, again, and side by side. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/perform.h"
#include "abi/check/harness/planner.h"
#include "abi/host/plugin_validation.h"

/* A plugin that hosts refuse can't be used. False after check_skip or check_fail. */
static bool is_accepted(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = session_plugin(run);
    if (plugin == NULL || gql_plugin_validate(run->options->plugin, plugin, &failure) == GQL_OK)
        return plugin != NULL;
    for (size_t i = 0; i < run->done; i++)
        if (run->results[i].outcome == CHECK_NOT_OK)
            check_skip(run, "needs the check %s to pass: hosts refuse this plugin",
                       run->checks[i].name);
    check_fail(run, "%s", check_without_path(run, failure.message));
    return false;
}

void check_init(struct check_run *run)
{
    struct session first;
    struct session second;
    if (!is_accepted(run))
        return;
    check_cure(run, "make init succeed for a host of the plugin's version; if it fails, let "
                    "`failure` say why and what to do");
    if (!session_open(run, 0, &first))
        return;
    check_cure(run,
               "init may be called again, before and after deinit: count the calls, or make the "
               "second one harmless");
    if (!session_open(run, 0, &second))
        return;
    session_close(&second, false);
    session_close(&first, false);
    if (session_open(run, 0, &first))
        session_close(&first, false);
}

void check_extensions(struct check_run *run)
{
    struct session session;
    check_cure(run, "return NULL for every id that the plugin does not offer");
    if (!session_open(run, 0, &session))
        return;
    const gql_plugin *plugin = session.plugin;
    check_step("extension");
    if (GQL_HAS(plugin, extension) && plugin->extension != NULL &&
        plugin->extension("org.example.gql-plugin-check/1") != NULL)
        check_fail(run, "offers an extension that does not exist");
    check_step_done();
    session_close(&session, false);
}

/* The second configuration alone, so that it is not confused with two instances side by side. */
static bool create_second(struct session *session)
{
    gql_instance *instance = NULL;
    if (session->run->options->configs[1] == NULL)
        return true;
    if (!session_create(session, 1, &instance))
        return false;
    session_destroy(session, &instance);
    return true;
}

void check_create(struct check_run *run)
{
    struct session session;
    gql_instance *instance = NULL;
    check_cure(run, "%s",
               run->options->configs[0] == NULL
                   ? "accept {}, since the configuration's schema requires nothing; or pass "
                     "--config"
                   : "return GQL_E_CONFIG or GQL_E_UNAVAILABLE if the configuration, or what it "
                     "names, is at fault");
    if (!session_open(run, 0, &session) || !session_configure(&session) ||
        !session_create(&session, 0, &instance))
        return;
    check_cure(run, "allow drain to be called again, and drain and destroy with NULL");
    session_drain(&session, instance);
    session_drain(&session, instance);
    session_destroy(&session, &instance);
    if (!create_second(&session))
        return;
    check_step("drain of NULL");
    session.plugin->drain(NULL);
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

/* In each round both instances exist before either is used or destroyed. */
static void *live(void *user)
{
    struct side *side = user;
    struct check_run *run = side->session->run;
    for (unsigned i = 0; i < run->options->rounds; i++) {
        gql_instance *instance = NULL;
        session_create(side->session, side->index, &instance);
        pthread_barrier_wait(side->together);
        if (instance != NULL && !perform_all(side->session, instance, side->plan, NULL, NULL))
            return NULL; /* A call is still pending, so the instance can't be destroyed. */
        session_destroy(side->session, &instance);
    }
    atomic_store(&side->done, true);
    return NULL;
}

static void wait_for(struct check_run *run, struct side *sides)
{
    while (!check_ended(run) && !(atomic_load(&sides[0].done) && atomic_load(&sides[1].done)))
        check_sleep(1);
    if (check_ended(run))
        check_finish(run); /* The threads may wait for each other for ever. */
    for (unsigned i = 0; i < 2; i++)
        pthread_join(sides[i].thread, NULL);
}

static void live_together(struct check_run *run, struct session *session, const struct plan *plan)
{
    pthread_barrier_t together;
    struct side sides[2];
    pthread_barrier_init(&together, NULL, 2);
    for (unsigned i = 0; i < 2; i++) {
        sides[i] =
            (struct side){.session = session, .plan = plan, .together = &together, .index = i};
        if (pthread_create(&sides[i].thread, NULL, live, &sides[i]) != 0)
            check_skip(run, "the tool can't start a thread");
    }
    wait_for(run, sides);
    pthread_barrier_destroy(&together);
}

/* Looks for misuses that need two instances: one instance is covered by the checks named here. */
static void check_misuses(struct check_run *run)
{
    static const char *const names[] = {"completes-once", "return-codes", "errors",
                                        "overrun",        "late-write",   "one-thread"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (check_came_to(run, names[i], CHECK_NOT_OK))
            return;
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        if (session_misuses[i] > 0)
            check_fail(run,
                       "breaks the contract, as one instance alone did not: %s, %" PRIu64 " times",
                       gql_misuse_name((gql_misuse)i), session_misuses[i]);
}

void check_parallel(struct check_run *run)
{
    struct session session;
    struct plan plan = {0};
    check_cure(run, "keep all state of an instance in the instance, none in globals, and let each "
                    "instance be created and destroyed on any thread; if two instances can't share "
                    "what the configuration names, pass a second --config");
    if (check_came_to(run, "concurrent", CHECK_NOT_OK)) {
        check_skip(run, "needs the check concurrent to pass");
        return;
    }
    if (!session_open(run, 0, &session) || !session_configure(&session) ||
        (check_passed(run, "answers") && !plan_make(&session, &plan)))
        return;
    live_together(run, &session, &plan);
    perform_forget();
    check_misuses(run);
    plan_finish(&plan);
    session_close(&session, false);
}
