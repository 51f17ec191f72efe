// SPDX-License-Identifier: MIT
/* Loads, uses and unloads the plugin repeatedly: nothing may be left. */
#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/perform.h"
#include "abi/check/harness/planner.h"
#include "abi/check/inspect/meter.h"

enum {
    WARM_UP = 2,
    CYCLES = 6,
    LINGER_MILLISECONDS = 20, /* For stray threads to crash in unmapped code. */
    LEAST_BYTES = 16,
};

/* The plugin says that its runtime stays: its code, and its thread-specific keys. */
static bool resident;

struct holdings {
    uint64_t threads, descriptors, locks, free_keys;
    char files[METER_TEXT];
};

static struct holdings look(void)
{
    struct holdings holdings = {.threads = meter_threads(),
                                .descriptors = meter_descriptors(),
                                .locks = meter_locks(),
                                .free_keys = meter_free_keys()};
    meter_list_mapped_files(holdings.files);
    return holdings;
}

static bool live_once(struct session *session)
{
    struct plan plan = {0};
    gql_instance *instance = NULL;
    bool right = session_configure(session);
    if (right && check_passed(session->run, "answers"))
        right = plan_make(session, &plan);
    right = right && session_create(session, 0, &instance) &&
            perform_all(session, instance, &plan, NULL, NULL);
    if (!right)
        return false;
    session_destroy(session, &instance);
    perform_forget();
    plan_finish(&plan);
    return true;
}

/* With an instance, if the check `create` has passed. */
static bool load_and_unload(struct check_run *run)
{
    struct session session;
    if (!session_open(run, 0, &session))
        return false;
    resident = (session.plugin->flags & GQL_PLUGIN_RESIDENT) != 0;
    if (check_passed(run, "create") && !live_once(&session))
        return false;
    session_close(&session, true);
    return true;
}

static void *load_in_thread(void *user)
{
    struct check_run *run = user;
    return load_and_unload(run) ? run : NULL;
}

/*
 * Loads and unloads on a new thread: when it ends, malloc reclaims the thread's cache, so that only
 * memory in use is measured.
 */
static bool load_apart(struct check_run *run)
{
    pthread_t thread;
    void *result = NULL;
    if (pthread_create(&thread, NULL, load_in_thread, run) == 0)
        pthread_join(thread, &result);
    else
        check_skip(run, "the tool can't start a thread");
    return result != NULL;
}

static void compare(struct check_run *run, const struct holdings *before)
{
    session_settle(before->threads);
    struct holdings after = look();
    if (after.threads > before->threads)
        check_fail(run, "%" PRIu64 " threads are left after deinit",
                   after.threads - before->threads);
    if (after.locks > before->locks)
        check_fail(run, "%" PRIu64 " file locks are left after deinit",
                   after.locks - before->locks);
    if (after.descriptors > before->descriptors)
        check_fail(run, "%" PRIu64 " file descriptors are left after deinit",
                   after.descriptors - before->descriptors);
    if (after.free_keys < before->free_keys && !resident)
        check_fail(
            run,
            "%" PRIu64
            " keys of thread-specific data (pthread_key_create) are left after deinit: delete "
            "the plugin's own; if they belong to the runtime of its language, as those of "
            "std::thread do, set the flag GQL_PLUGIN_RESIDENT",
            before->free_keys - after.free_keys);
    for (char *line = strtok(after.files, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strstr(before->files, line) == NULL)
            check_fail(run, "the file %s is still mapped after deinit", line);
}

static void check_mapping(struct check_run *run)
{
    char *path = realpath(run->options->plugin, NULL);
    if (path != NULL && meter_is_mapped(path))
        check_fail(run,
                   "the plugin stays mapped after dlclose: something in the process holds it, such "
                   "as a thread-local destructor, a unique symbol of C++, or RTLD_NODELETE; if the "
                   "runtime of its language can't be unloaded, set the flag GQL_PLUGIN_RESIDENT");
    free(path);
}

/* Keeps the code mapped, since the loader itself leaks a little memory with each unmapping. */
static bool stay_and_compare(struct check_run *run, const struct holdings *before)
{
    uint64_t first = 0;
    uint64_t last = 0;
    unsigned grew = 0;
    void *held = session_map(run);
    for (unsigned i = 0; i < WARM_UP + CYCLES; i++) {
        const uint64_t former = last;
        if (!load_apart(run))
            return false;
        if (meter_memory(&last) && i + 1 == WARM_UP)
            first = last;
        grew += i >= WARM_UP && last > former;
    }
    compare(run, before);
    if (grew == CYCLES && last - first >= CYCLES * LEAST_BYTES)
        check_fail(run, "%" PRIu64 " bytes of memory from malloc are left after each deinit",
                   (last - first) / CYCLES);
    if (check_ended(run) || resident)
        return false; /* What is left may run the plugin's code, so it stays mapped. */
    if (held != NULL)
        dlclose(held);
    return true;
}

static bool unload_and_compare(struct check_run *run, const struct holdings *before)
{
    for (unsigned i = 0; i < CYCLES; i++) {
        if (!load_apart(run))
            return false;
        check_step("a thread of the plugin, after dlclose");
        check_sleep(LINGER_MILLISECONDS);
        check_step_done();
    }
    check_mapping(run);
    compare(run, before);
    return !check_ended(run);
}

static void *do_nothing(void *user)
{
    return user;
}

/* Sanitizers start a thread of their own together with the first other thread. */
static struct holdings look_first(void)
{
    const uint64_t threads = meter_threads();
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    session_settle(threads);
    return look();
}

void check_unload(struct check_run *run)
{
    static const char *const leaks[] = {"threads", "descriptors", "memory", "mappings"};
    const struct holdings before = look_first();
    check_cure(run, "let deinit undo everything that init, create and calls have done");
    for (size_t i = 0; i < sizeof leaks / sizeof leaks[0]; i++)
        if (check_came_to(run, leaks[i], CHECK_NOT_OK))
            check_skip(run, "needs the check %s to pass", leaks[i]);
    if (!check_ended(run) && stay_and_compare(run, &before))
        unload_and_compare(run, &before);
    if (resident)
        check_note(run, "resident: its code stays, and keys of its runtime may");
}
