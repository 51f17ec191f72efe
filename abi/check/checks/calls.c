// SPDX-License-Identifier: MIT
/* Calls: the answer, and what the resolver returns. */
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/inspect/notation.h"

enum {
    BLOCKING_MILLISECONDS = 100,
    BLOCKING_TRIES = 3, /* The fastest one counts, since the machine may be busy. */
};

static void judge_all(struct check_run *run,
                      void (*judge)(struct session *session, struct performed *performed))
{
    struct fixture fixture;
    if (fixture_begin(run, &fixture) &&
        perform_all(&fixture.session, fixture.instance, &fixture.plan, false, judge))
        fixture_end(&fixture);
}

/* ---- Answers ---- */

static struct {
    unsigned calls;
    unsigned resolved;
    char codes[256];
} tally;

static void count(struct session *session, struct performed *performed)
{
    (void)session;
    tally.calls++;
    tally.resolved += performed->resolved;
    const size_t used = strlen(tally.codes);
    if (!performed->resolved && strstr(tally.codes, performed->error_code) == NULL)
        snprintf(tally.codes + used, sizeof tally.codes - used, "%s%s", used == 0 ? "" : ", ",
                 performed->error_code);
}

void check_answers(struct check_run *run)
{
    check_cure(run, "complete every reply, also if the call fails, is cancelled or is past its "
                    "deadline");
    judge_all(run, count);
    if (!check_ended(run))
        check_note(run, "%u calls: %u resolved, %u rejected%s%s", tally.calls, tally.resolved,
                   tally.calls - tally.resolved, tally.codes[0] == '\0' ? "" : " with ",
                   tally.codes);
}

static void judge_value(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    gql_failure failure = {.struct_size = sizeof failure};
    if (!performed->resolved)
        return;
    if (gql_value_check(session->document, session->plugin->schema, planned->type,
                        planned->selection, performed->json, performed->json_size,
                        &failure) != GQL_OK) {
        check_fail(session->run, "%s: %s; the value: %.400s", planned->label, failure.message,
                   performed->json);
        return;
    }
    json_t *value = json_loadb(performed->json, performed->json_size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (planned->list_size != SIZE_MAX && json_array_size(value) != planned->list_size)
        check_fail(session->run, "%s: the list has %zu members for %zu ids", planned->label,
                   json_array_size(value), planned->list_size);
    json_decref(value);
}

void check_values(struct check_run *run)
{
    check_cure(run, "write complete, valid JSON of the field's type, and only what was selected");
    judge_all(run, judge_value);
}

static const char *find_defect(const struct performed *performed, json_t *extensions)
{
    const json_t *code = json_object_get(extensions, "code");
    if (session_misuses[GQL_MISUSE_BAD_ERROR] > 0)
        return "was rejected without a code or a message";
    if (!notation_is_error_code(performed->error_code))
        return "was rejected with a code that is not UPPER_CASE";
    if (performed->message_size == 0 ||
        !notation_is_utf8(performed->message, performed->message_size))
        return "was rejected with a message that is empty or not UTF-8";
    if (!json_is_object(extensions))
        return "was rejected with extensions that are not a JSON object";
    if (code != NULL &&
        (!json_is_string(code) || strcmp(json_string_value(code), performed->error_code) != 0))
        return "was rejected with one code, but its extensions hold another";
    return NULL;
}

static void judge_error(struct session *session, struct performed *performed)
{
    if (performed->resolved)
        return;
    json_t *extensions = json_loads(performed->extensions, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                                    NULL);
    const char *defect = find_defect(performed, extensions);
    if (defect != NULL)
        check_fail(session->run, "%s %s: %s, \"%.200s\", %.200s", performed->planned->label, defect,
                   performed->error_code, performed->message, performed->extensions);
    json_decref(extensions);
}

void check_errors(struct check_run *run)
{
    check_cure(run, "pass reply_reject a gql_error with a code in UPPER_CASE, a message for the "
                    "client, and extensions that are a JSON object or NULL");
    judge_all(run, judge_error);
}

/* ---- What resolvers return ---- */

static void judge_return(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label;
    if (session_misuses[GQL_MISUSE_NOT_COMPLETED] > 0)
        check_fail(session->run, "%s returned GQL_OK without completing the reply", label);
    else if (performed->returned < 0)
        check_fail(session->run, "%s returned %d for a valid call", label,
                   (int)performed->returned);
    else if (session_misuses[GQL_MISUSE_RETURN_CODE] > 0)
        check_fail(
            session->run,
            "%s returned %d, which is wrong here: GQL_OK (0) means completed on this thread, "
            "GQL_PENDING (1) means that another thread completes",
            label, (int)performed->returned);
}

void check_return_codes(struct check_run *run)
{
    check_cure(run, "return GQL_OK if the resolver has completed the reply and GQL_PENDING if "
                    "another thread completes it; reject calls that fail: negative codes are "
                    "for misuse and for running out of memory");
    judge_all(run, judge_return);
}

static void judge_inline(struct session *session, struct performed *performed)
{
    if ((performed->planned->flags & GQL_RESOLVER_INLINE) != 0 && performed->code == GQL_PENDING)
        check_fail(session->run, "%s was not completed when the resolver returned",
                   performed->planned->label);
}

void check_inline(struct check_run *run)
{
    check_cure(run, "remove the flag GQL_RESOLVER_INLINE, or complete before returning");
    judge_all(run, judge_inline);
}

static uint64_t fastest;

static void keep_fastest(struct session *session, struct performed *performed)
{
    (void)session;
    if (performed->call_ns < fastest)
        fastest = performed->call_ns;
}

void check_blocking(struct check_run *run)
{
    struct fixture fixture;
    check_cure(run,
               "do work that takes longer than a few short reads on a thread of the plugin, and "
               "return GQL_PENDING");
    if (!fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++) {
        const struct plan one = {.calls = &fixture.plan.calls[i], .count = 1};
        fastest = UINT64_MAX;
        for (unsigned k = 0; k < BLOCKING_TRIES && fastest > BLOCKING_MILLISECONDS * 1000000u; k++)
            if (!perform_all(&fixture.session, fixture.instance, &one, false, keep_fastest))
                return;
        if (fastest > BLOCKING_MILLISECONDS * 1000000u)
            check_fail(
                run,
                "%s blocked the caller's thread for %u ms or more, %u times in a row; the limit "
                "is %u ms",
                one.calls->label, (unsigned)(fastest / 1000000), BLOCKING_TRIES,
                BLOCKING_MILLISECONDS);
    }
    fixture_end(&fixture);
}
