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

/* What --print shows of a value or of extensions; the rest of a longer one is cut off. */
enum { PRINTED = 4000 };

/* `text` may be NULL. */
static void note_text(struct check_run *run, const char *who, const char *outcome, const char *text)
{
    const bool cut = text != NULL && strlen(text) > PRINTED;
    check_note(run, "%s: %s%s%.*s%s", who, outcome, text == NULL ? "" : ": ", PRINTED,
               text == NULL ? "" : text, cut ? "…" : "");
}

/* What came of a call, as a line for the report; with --print two for a rejection. */
static void note_outcome(struct check_run *run, const char *who, const struct performed *performed)
{
    const bool print = run->options->print;
    char outcome[128];
    if (performed->resolved) {
        note_text(run, who, PLAN_RESOLVED, print ? performed->json : NULL);
        if (print && strcmp(performed->errors, "[]") != 0)
            note_text(run, who, "with errors", performed->errors);
        return;
    }
    snprintf(outcome, sizeof outcome, "rejected with %s", performed->error_code);
    note_text(run, who, outcome, performed->message);
    if (print)
        note_text(run, who, "with extensions", performed->extensions);
}

static void note_given(struct check_run *run, size_t index, const struct performed *performed)
{
    const gql_resolver *resolver = performed->planned->resolver;
    char who[CHECK_STEP_TEXT];
    if (resolver == NULL)
        snprintf(who, sizeof who, "call %zu, the loader of %s", index,
                 performed->planned->loader->type);
    else
        snprintf(who, sizeof who, "call %zu, %s.%s", index, resolver->type, resolver->field);
    note_outcome(run, who, performed);
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
        note_given(session->run, index, performed);
        judge_expectation(session->run, index, performed);
    } else if (session->run->options->print) {
        note_outcome(session->run, performed->planned->label, performed);
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
