// SPDX-License-Identifier: MIT
#include "abi/check/harness/events_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POSITION_MAX = 64 };

const struct plan_request events_reader = {
    .actor = "gql-plugin-check",
    .grants = {{.struct_size = sizeof(gql_grant), .actions = GQL_ACTION_READ}},
    .grant_count = 1,
};
const struct plan_request events_nobody = {.actor = NULL};
const struct plan_request events_stranger = {
    .actor = "gql-plugin-check",
    .grants = {{.struct_size = sizeof(gql_grant),
                .organization_id = "gql-plugin-check",
                .organization_id_size = sizeof "gql-plugin-check" - 1,
                .actions = GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE}},
    .grant_count = 1,
};

/* ---- The session ---- */

bool events_begin(struct check_run *run, struct events_session *session)
{
    *session = (struct events_session){.events = NULL};
    struct fixture *fixture = &session->fixture;
    if (!fixture_begin(run, fixture))
        return false;
    const gql_plugin *plugin = fixture->session.plugin;
    session->events = gql_library_events(fixture->session.library);
    if (session->events != NULL)
        return true;
    if (GQL_HAS(plugin, extension) && plugin->extension != NULL &&
        plugin->extension(GQL_EXT_EVENTS) != NULL)
        check_fail(run, "the struct gql_events is not whole: its struct_size is too small, "
                        "`reserved` is not 0, or a function is missing");
    else
        check_note(run, "the plugin has no events");
    fixture_end(fixture);
    return false;
}

void events_end(struct events_session *session)
{
    fixture_end(&session->fixture);
}

bool events_change(struct events_session *session)
{
    struct fixture *fixture = &session->fixture;
    return perform_all(&fixture->session, fixture->instance, &fixture->plan, NULL, NULL);
}

/* ---- Calls ---- */

static json_t *take_result(struct events_session *session, const struct performed *performed)
{
    if (!performed->resolved) {
        snprintf(session->code, sizeof session->code, "%s", performed->error_code);
        return NULL;
    }
    json_t *value = json_loadb(performed->json, performed->json_size, 0, NULL);
    if (json_is_object(value))
        return value;
    check_fail(events_run(session), "%s: the result is not an object of JSON",
               performed->planned->label);
    json_decref(value);
    return NULL;
}

static json_t *call(struct events_session *session, const char *name, gql_resolve_fn function,
                    const struct plan_request *by, json_t *arguments)
{
    struct fixture *fixture = &session->fixture;
    struct performed *performed = malloc(sizeof *performed);
    struct plan_call planned = {.resolve = function,
                                .arguments = json_dumps(arguments, JSON_COMPACT),
                                .request = *by};
    json_t *value = NULL;
    session->code[0] = '\0';
    json_decref(arguments);
    if (performed == NULL || planned.arguments == NULL) {
        check_skip(events_run(session), "the tool is out of memory");
    } else {
        snprintf(planned.label, sizeof planned.label, "gql_events.%s %.100s", name,
                 planned.arguments);
        perform_start(&fixture->session, fixture->instance, &planned, NULL, performed);
        perform_wait(&fixture->session, performed);
        value = take_result(session, performed);
        perform_finish(performed);
    }
    free(performed);
    free(planned.arguments);
    return value;
}

json_t *events_read(struct events_session *session, const struct plan_request *by,
                    json_t *arguments)
{
    return call(session, "read", session->events->read, by, arguments);
}

json_t *events_claim(struct events_session *session, const struct plan_request *by,
                     json_t *arguments)
{
    return call(session, "claim", session->events->claim, by, arguments);
}

json_t *events_acknowledge(struct events_session *session, json_t *arguments)
{
    return call(session, "acknowledge", session->events->acknowledge, &events_reader, arguments);
}

json_t *events_next_batch(struct events_session *session, int limit)
{
    struct check_run *run = events_run(session);
    json_t *batch = NULL;
    bool has_more = true;
    for (int i = 0; has_more && batch == NULL; i++) {
        json_t *value =
            i < EVENTS_STEPS_MAX
                ? events_claim(session, &events_reader,
                               json_pack("{s:s, s:i}", "consumer", EVENTS_CONSUMER, "limit", limit))
                : NULL;
        if (value == NULL) {
            check_fail(run, "claim as an actor who may read everything: %s%s",
                       i < EVENTS_STEPS_MAX ? "rejected with " : "it never came to an end",
                       session->code);
            return NULL;
        }
        has_more = json_is_true(json_object_get(value, "hasMore"));
        if (json_is_object(json_object_get(value, "batch")))
            batch = json_incref(json_object_get(value, "batch"));
        json_decref(value);
    }
    return batch;
}

/* ---- Values ---- */

const char *events_text(struct events_session *session, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text == NULL)
        check_fail(events_run(session), "the member `%s` is missing or not a text", name);
    return text == NULL ? "" : text;
}

static bool check_event(struct events_session *session, const json_t *event,
                        const char *organization)
{
    struct check_run *run = events_run(session);
    const char *position = events_text(session, event, "position");
    if (position[0] == '\0' || strlen(position) > POSITION_MAX)
        check_fail(run, "an event's position has %zu bytes, not 1 to %d", strlen(position),
                   POSITION_MAX);
    if (strcmp(events_text(session, event, "organizationId"), organization) != 0)
        check_fail(run, "an event of another organization is among those of %s", organization);
    if (!json_is_integer(json_object_get(event, "sequence")))
        check_fail(run, "an event's `sequence` is missing or not an integer");
    if (!json_is_true(json_object_get(event, "isErased"))) {
        events_text(session, event, "time");
        events_text(session, event, "eventType");
    }
    return !check_ended(run);
}

bool events_check_list(struct events_session *session, const json_t *list, const char *organization,
                       int step)
{
    struct check_run *run = events_run(session);
    json_int_t last = 0;
    size_t i;
    json_t *event;
    if (!json_is_array(list))
        check_fail(run, "`events` is missing or not a list");
    json_array_foreach(list, i, event) {
        const json_int_t sequence = json_integer_value(json_object_get(event, "sequence"));
        if (!check_event(session, event, organization))
            return false;
        if (sequence < 1 || (i > 0 && (step == 0 ? sequence <= last : sequence != last + step)))
            check_fail(run, "the sequences of %s are not in order: %lld comes after %lld",
                       organization, (long long)sequence, (long long)last);
        last = sequence;
    }
    return !check_ended(run);
}
