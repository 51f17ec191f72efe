// SPDX-License-Identifier: MIT
/* gql-plugin-check: checks a plugin before it is installed. See --help. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/check/checks/registry.h"
#include "abi/check/child.h"
#include "abi/check/options.h"
#include "abi/check/report.h"
#include "abi/check/scratch.h"

enum { STATUS_PASSED, STATUS_FAILED, STATUS_NOT_RUN };

/* The first check that this one needs and that did not pass; NULL if there is none. */
static const char *missing_need(const struct check *check, const struct check_run *run)
{
    for (size_t i = 0; i < CHECK_NEEDS && check->needs[i] != NULL; i++)
        if (!check_passed(run, check->needs[i]))
            return check->needs[i];
    return NULL;
}

/* False if the tool itself failed; it has printed why. */
static bool run_check(const struct check *check, struct check_run *run,
                      struct check_identity *identity, struct check_result *result)
{
    char folder[SCRATCH_PATH];
    const char *need = missing_need(check, run);
    if (need != NULL) {
        result->outcome = CHECK_SKIP;
        snprintf(result->detail, sizeof result->detail, "needs the check %s to pass", need);
        return true;
    }
    const bool scratch = scratch_make(folder);
    if (!scratch)
        snprintf(result->detail, sizeof result->detail, "can't create a scratch folder: %s",
                 strerror(errno));
    run->scratch = folder;
    const bool finished = scratch && child_run(check, run, identity, result);
    if (scratch)
        scratch_remove(folder);
    if (!finished)
        fprintf(stderr, "gql-plugin-check: %s\n", result->detail);
    return finished;
}

static int run_checks(const struct check_options *options, struct check_result *results)
{
    struct check_identity identity = {0};
    struct check_run run = {.options = options, .checks = checks, .results = results};
    int status = STATUS_PASSED;
    report_begin(options);
    while (run.done < check_count) {
        const size_t i = run.done;
        report_progress(i);
        if (!run_check(&checks[i], &run, &identity, &results[i])) {
            report_bail_out(options, results[i].detail);
            return STATUS_NOT_RUN;
        }
        run.done++;
        report_result(options, i, &results[i]);
        if (results[i].outcome != CHECK_NOT_OK)
            continue;
        status = STATUS_FAILED;
        if (i == 0) {
            report_bail_out(options, results[i].detail);
            break;
        }
    }
    report_end(&run, &identity);
    return status;
}

/*
 * The C library caches freed memory for each thread, and counts it as in use: the checks for leaks
 * would find what one thread allocates and another frees. It reads this setting when it starts.
 */
static void restart_without_caches(char **arguments)
{
    static const char name[] = "GLIBC_TUNABLES";
    if (getenv(name) == NULL && setenv(name, "glibc.malloc.tcache_count=0", 1) == 0)
        execv("/proc/self/exe", arguments); /* If it fails, the checks run with the caches. */
}

int main(int argument_count, char **arguments)
{
    struct check_options options;
    sigset_t signals;
    restart_without_caches(arguments);
    child_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    /* A reader that closes the pipe early must not keep the scratch folders from being removed. */
    signal(SIGPIPE, SIG_IGN);
    const enum options_outcome outcome = options_read(argument_count, arguments, &options);
    int status = outcome == OPTIONS_DONE ? STATUS_PASSED : STATUS_NOT_RUN;
    struct check_result *results = calloc(check_count, sizeof *results);
    if (outcome == OPTIONS_RUN && results != NULL)
        status = run_checks(&options, results);
    free(results);
    options_finish(&options);
    return status;
}
