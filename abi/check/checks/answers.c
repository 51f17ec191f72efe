// SPDX-License-Identifier: MIT
/* Whether each call is answered, and with what those of --calls are answered. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/perform.h"

struct tally {
    unsigned calls;
    unsigned resolved;
    char codes[256];
};

/* Of the calls as they are planned, and of variants of the given ones. */
static struct tally tallies[2];
static size_t given; /* How many calls of --calls come first. */

/* What came of a call of --calls, as a line for the report. */
static void note_outcome(struct check_run *run, size_t index, const struct performed *performed)
{
    const gql_resolver *resolver = performed->planned->resolver;
    const char *type = resolver == NULL ? performed->planned->loader->type : resolver->type;
    check_note(run, "call %zu, %s%s%s%s: %s%s%s%.100s", index,
               resolver == NULL ? "the loader of " : "", type, resolver == NULL ? "" : ".",
               resolver == NULL ? "" : resolver->field,
               performed->resolved ? PLAN_RESOLVED : "rejected with ",
               performed->resolved ? "" : performed->error_code, performed->resolved ? "" : ": ",
               performed->resolved ? "" : performed->message);
}

static void judge_expectation(struct check_run *run, size_t index,
                              const struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    const char *outcome = performed->resolved ? PLAN_RESOLVED : performed->error_code;
    if (planned->expect == NULL || strcmp(planned->expect, outcome) == 0)
        return;
    check_cure(run, "correct the plugin, or what the call of --calls gives or expects: a call "
                    "without `expect` is to be resolved");
    check_fail(run, "call %zu of --calls, %s: came to %s%s%.300s, but `expect` is %s", index,
               planned->label, outcome, performed->resolved ? "" : ": ",
               performed->resolved ? "" : performed->message, planned->expect);
}

static void count(struct session *session, struct performed *performed)
{
    const size_t index = tallies[0].calls;
    const bool is_variant = given > 0 && index >= given;
    struct tally *tally = &tallies[is_variant];
    if (index < given) {
        note_outcome(session->run, index, performed);
        judge_expectation(session->run, index, performed);
    }
    tally->calls++;
    tally->resolved += performed->resolved;
    const size_t used = strlen(tally->codes);
    if (!performed->resolved && strstr(tally->codes, performed->error_code) == NULL)
        snprintf(tally->codes + used, sizeof tally->codes - used, "%s%s", used == 0 ? "" : ", ",
                 performed->error_code);
}

static void note_tally(struct check_run *run, const struct tally *tally, const char *what)
{
    if (tally->calls > 0)
        check_note(run, "%u %s: %u resolved, %u rejected%s%s", tally->calls, what, tally->resolved,
                   tally->calls - tally->resolved, tally->codes[0] == '\0' ? "" : " with ",
                   tally->codes);
}

static void note_calls(struct check_run *run, const struct plan *plan)
{
    note_tally(run, &tallies[0], "calls");
    note_tally(run, &tallies[1], "variants of them (nobody, cancelled, late)");
    if (plan->uncalled[0] != '\0')
        check_note(run, "not called: %s; %s", plan->uncalled,
                   run->options->calls == NULL ? "list calls in --calls" : "--calls omits them");
}

void check_answers(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run, "complete every reply, also if the call fails, is cancelled or is past its "
                    "deadline");
    if (!fixture_begin(run, &fixture))
        return;
    given = fixture.plan.given;
    if (!perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, count))
        return;
    note_calls(run, &fixture.plan);
    fixture_end(&fixture);
}
