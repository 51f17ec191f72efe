// SPDX-License-Identifier: MIT
/* What calls come to: the answer, and how the resolver returned. */
#include <stdio.h>
#include <string.h>

#include "abi/check/checks.h"
#include "abi/check/notation.h"
#include "abi/check/tour.h"

enum {
    BLOCKING_MILLISECONDS = 100,
    BLOCKING_TRIES = 3, /* The fastest counts: the machine may be busy. */
};

static void tour(struct check_run *run,
                 void (*judge)(struct session *session, struct performed *performed))
{
    struct tour tour;
    if (tour_begin(run, &tour) &&
        perform_all(&tour.session, tour.instance, &tour.plan, false, judge))
        tour_end(&tour);
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
    check_cure(run, "complete every reply, also where the call fails, is cancelled, or comes after "
                    "its deadline");
    tour(run, count);
    if (!check_failed(run))
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
        check_fail(session->run, "%s: %zu objects for %zu ids", planned->label,
                   json_array_size(value), planned->list_size);
    json_decref(value);
}

void check_values(struct check_run *run)
{
    check_cure(run,
               "write complete, valid JSON of the field's type, and nothing that was not selected");
    tour(run, judge_value);
}

static const char *find_fault(const struct performed *performed, json_t *extensions)
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
    const char *fault = find_fault(performed, extensions);
    if (fault != NULL)
        check_fail(session->run, "%s %s: %s, \"%.200s\", %.200s", performed->planned->label, fault,
                   performed->error_code, performed->message, performed->extensions);
    json_decref(extensions);
}

void check_errors(struct check_run *run)
{
    check_cure(run, "give reply_reject a gql_error with a code in UPPER_CASE, a message for the "
                    "client, and extensions that are "
                    "a JSON object or NULL");
    tour(run, judge_error);
}

/* ---- Returns ---- */

static void judge_return(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label;
    if (session_misuses[GQL_MISUSE_NOT_COMPLETED] > 0)
        check_fail(session->run, "%s returned GQL_OK, but had not completed the reply", label);
    else if (performed->returned < 0)
        check_fail(session->run, "%s returned %d, although the call was right", label,
                   (int)performed->returned);
    else if (session_misuses[GQL_MISUSE_RETURN_CODE] > 0)
        check_fail(
            session->run,
            "%s returned %d, which does not fit: GQL_OK (0) is for a reply that was completed on "
            "the same thread, GQL_PENDING (1) for another's",
            label, (int)performed->returned);
}

void check_return_codes(struct check_run *run)
{
    check_cure(run, "return GQL_OK where the resolver has completed the reply, GQL_PENDING where "
                    "another thread does, and reject "
                    "what fails; negative codes are for calls against the contract");
    tour(run, judge_return);
}

static void judge_inline(struct session *session, struct performed *performed)
{
    if ((performed->planned->flags & GQL_RESOLVER_INLINE) != 0 && performed->code == GQL_PENDING)
        check_fail(session->run, "%s was not completed when the resolver returned",
                   performed->planned->label);
}

void check_inline(struct check_run *run)
{
    check_cure(run, "take the flag GQL_RESOLVER_INLINE away, or complete before the return");
    tour(run, judge_inline);
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
    struct tour tour;
    check_cure(run,
               "hand what takes longer than a few short reads to a thread, and return GQL_PENDING");
    if (!tour_begin(run, &tour))
        return;
    for (size_t i = 0; i < tour.plan.count; i++) {
        const struct plan one = {.calls = &tour.plan.calls[i], .count = 1};
        fastest = UINT64_MAX;
        for (unsigned k = 0; k < BLOCKING_TRIES && fastest > BLOCKING_MILLISECONDS * 1000000u; k++)
            if (!perform_all(&tour.session, tour.instance, &one, false, keep_fastest))
                return;
        if (fastest > BLOCKING_MILLISECONDS * 1000000u)
            check_fail(
                run, "%s kept the caller's thread for %u ms or more, %u times; %u ms is the limit",
                one.calls->label, (unsigned)(fastest / 1000000), BLOCKING_TRIES,
                BLOCKING_MILLISECONDS);
    }
    tour_end(&tour);
}
