// SPDX-License-Identifier: MIT
/* Calls: what the answer contains, and what the resolver returns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"
#include "abi/check/inspect/meter.h"
#include "abi/check/inspect/notation.h"

enum {
    BLOCKING_MILLISECONDS = 100,
    BLOCKING_TRIES = 5, /* The fastest one counts: the first may have to read storage. */
};

static void judge_all(struct check_run *run,
                      void (*judge)(struct session *session, struct performed *performed))
{
    struct fixture fixture;
    if (fixture_begin(run, &fixture) &&
        perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, judge))
        fixture_end(&fixture);
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
        return "was rejected without a code or a message, or with a gql_error below its baseline";
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

/* ---- Errors beside a value ---- */

/* Follows the path. NULL if it leads out of the value before it meets a null. */
static const json_t *follow(const json_t *value, const json_t *path)
{
    for (size_t i = 0; i < json_array_size(path) && value != NULL && !json_is_null(value); i++) {
        const json_t *step = json_array_get(path, i);
        value = json_is_string(step) ? json_object_get(value, json_string_value(step))
                                     : json_array_get(value, (size_t)json_integer_value(step));
    }
    return value;
}

/* `place` is what the path leads to. */
static const char *find_added_defect(const json_t *place, const json_t *error)
{
    const json_t *code = json_object_get(json_object_get(error, "extensions"), "code");
    if (json_string_length(json_object_get(error, "message")) == 0)
        return "has an empty message";
    if (!json_is_string(code) || !notation_is_error_code(json_string_value(code)))
        return "has a code that is not UPPER_CASE";
    if (place == NULL)
        return "has a path that leads out of the value";
    return json_is_null(place) ? NULL : "has a path to a value that is not null";
}

static void judge_added(struct session *session, const struct performed *performed)
{
    size_t index;
    json_t *error;
    json_t *errors = json_loads(performed->errors, JSON_ALLOW_NUL, NULL);
    json_t *value = json_array_size(errors) == 0
                        ? NULL
                        : json_loadb(performed->json, performed->json_size,
                                     JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_array_foreach(errors, index, error) {
        /* Paths lead nowhere in a wrong value, which the check `values` reports. */
        const json_t *place = check_passed(session->run, "values")
                                  ? follow(value, json_object_get(error, "path"))
                                  : json_null();
        const char *defect = find_added_defect(place, error);
        char *text = defect == NULL ? NULL : json_dumps(error, 0);
        if (defect != NULL)
            check_fail(session->run, "%s: an error that was added by reply_error %s: %.400s",
                       performed->planned->label, defect, text);
        free(text);
    }
    json_decref(value);
    json_decref(errors);
}

static unsigned seen; /* What a check is about, such as errors. */

static void judge_error(struct session *session, struct performed *performed)
{
    const char *label = performed->planned->label;
    seen += !performed->resolved || strcmp(performed->errors, "[]") != 0;
    json_t *extensions = performed->resolved
                             ? NULL
                             : json_loads(performed->extensions,
                                          JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    const char *defect = performed->resolved ? NULL : find_defect(performed, extensions);
    if (defect != NULL)
        check_fail(session->run, "%s %s: %s, \"%.200s\", %.200s", label, defect,
                   performed->error_code, performed->message, performed->extensions);
    else if (session_misuses[GQL_MISUSE_BAD_ERROR] > 0)
        check_fail(session->run,
                   "%s: reply_error got an error without a code or message, below its baseline, "
                   "with extensions that are not a JSON object, or with a path that is not a JSON "
                   "array of names and indices",
                   label);
    else if (performed->resolved)
        judge_added(session, performed);
    json_decref(extensions);
}

void check_errors(struct check_run *run)
{
    check_cure(run,
               "pass reply_reject and reply_error a gql_error with struct_size, a code in "
               "UPPER_CASE, a message for the client, and extensions that are a JSON object "
               "or NULL; the path of reply_error leads to a null in the value, or through one");
    judge_all(run, judge_error);
    if (seen == 0)
        check_skip(run, "no call was rejected, and no error was added to a value; list calls that "
                        "fail in --calls");
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
    const bool is_inline = (performed->planned->flags & GQL_RESOLVER_INLINE) != 0;
    seen += is_inline;
    if (is_inline && performed->code == GQL_PENDING)
        check_fail(session->run, "%s was not completed when the resolver returned",
                   performed->planned->label);
}

void check_inline(struct check_run *run)
{
    check_cure(run, "remove the flag GQL_RESOLVER_INLINE, or complete before returning");
    judge_all(run, judge_inline);
    if (seen == 0)
        check_skip(run, "no resolver that was called has the flag GQL_RESOLVER_INLINE");
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
    static const struct perform_style timed = {.timed = true};
    static struct meter_waits waits;
    struct fixture fixture;
    check_cure(run,
               "do work that takes longer than a few short reads on a thread of the plugin, and "
               "return GQL_PENDING");
    if (!meter_waits(&waits))
        check_skip(run, "the kernel does not report how long threads wait for a processor");
    if (check_ended(run) || !fixture_begin(run, &fixture))
        return;
    for (size_t i = 0; i < fixture.plan.count; i++) {
        const struct plan one = {.calls = &fixture.plan.calls[i], .count = 1};
        fastest = UINT64_MAX;
        for (unsigned k = 0; k < BLOCKING_TRIES && fastest > BLOCKING_MILLISECONDS * 1000000u; k++)
            if (!perform_all(&fixture.session, fixture.instance, &one, &timed, keep_fastest))
                return;
        if (fastest > BLOCKING_MILLISECONDS * 1000000u)
            check_fail(
                run,
                "%s blocked the caller's thread for %u ms or more, %u times in a row, waits for a "
                "processor not counted; the limit is %u ms",
                one.calls->label, (unsigned)(fastest / 1000000), BLOCKING_TRIES,
                BLOCKING_MILLISECONDS);
    }
    fixture_end(&fixture);
}
