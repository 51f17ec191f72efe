// SPDX-License-Identifier: MIT
/*
 * gql_events.claim. It takes organizations that may have events (backlog.h) until it has leased
 * those of one, and answers with them:
 *
 *     backlog: one? ── no ──► a step of a survey, if one is due; else nothing is left
 *        │ yes
 *     lease (a change) ── nothing new, or leased by others ──► the next one
 *        │
 *     events (a read)
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "plugin/resolvers/event_input.h"
#include "plugin/resolvers/event_page.h"
#include "plugin/resolvers/event_position.h"
#include "plugin/resolvers/events.h"
#include "vault/base64url.h"

/* So that a call ends soon, whatever it finds. */
enum { STEPS_MAX = 32, LEASE_DEFAULT = 60 * 1000 };

struct claiming {
    struct operation operation;
    int64_t milliseconds;
    int64_t since;
    int limit;
    int steps;
    int64_t place; /* Where the survey's step began. */
    struct backlog_item *item;
    struct store_lease lease;
    struct store_mutation change;
    struct store_survey survey;
    struct event_page page;
    struct json_writer writer;
};

static int32_t go_on(struct claiming *claiming);

static struct backlog *backlog_of(const struct claiming *claiming)
{
    return &claiming->operation.instance->backlog;
}

static int32_t answer_nothing(struct claiming *claiming, bool has_more)
{
    struct json_writer writer;
    struct operation *operation = &claiming->operation;
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    json_write(&writer, "{\"batch\":null,\"hasMore\":");
    json_write_bool(&writer, has_more);
    json_write(&writer, "}");
    return operation_resolve(operation, &writer);
}

/* ---- The events ---- */

static enum store_status read_batch(struct store_read *read, struct store_reader *reader)
{
    char token[VAULT_BASE64URL_SIZE(STORE_LEASE_SIZE)];
    struct claiming *claiming = (struct claiming *)operation_of_read(read);
    struct operation *operation = &claiming->operation;
    struct json_writer *writer = &claiming->writer;
    json_writer_begin_reply(writer, operation->instance->host, operation->reply);
    json_write(writer, "{\"batch\":{\"organizationId\":");
    json_write_string(writer, operation->organization_id);
    json_write(writer, ",\"lease\":");
    vault_base64url_encode(claiming->lease.token, STORE_LEASE_SIZE, token);
    json_write_string(writer, text_of(token));
    json_write(writer, ",\"events\":");
    return event_page_read(&claiming->page, reader, writer);
}

static int32_t answer_batch(struct store_read *read)
{
    char position[EVENT_POSITION_SIZE];
    struct claiming *claiming = (struct claiming *)operation_of_read(read);
    struct operation *operation = &claiming->operation;
    struct json_writer *writer = &claiming->writer;
    if (read->status != STORE_OK)
        return operation_reject_store(operation, read->status, &read->detail);
    if (claiming->page.position == 0) /* The organization was erased just now. */
        return go_on(claiming);
    json_write(writer, ",\"position\":");
    event_position_write(operation->organization_id, claiming->page.position, position);
    json_write_string(writer, text_of(position));
    json_write(writer, "},\"hasMore\":true}");
    return operation_resolve(operation, writer);
}

static int32_t read_events(struct claiming *claiming)
{
    struct operation *operation = &claiming->operation;
    claiming->page = (struct event_page){
        .range = {.organization_id = operation->organization_id, .after = claiming->lease.position},
        .filter = {.from = claiming->since, .to = INT64_MAX},
        .limit = claiming->limit,
    };
    return operation_read(operation, (struct store_route){operation->organization_id, NULL, 0},
                          read_batch, answer_batch);
}

/* ---- The lease ---- */

/* Others will be found by a survey: what fails for long must not fail each claim. */
static bool passes_soon(enum store_status status)
{
    return status == STORE_EXPIRED || status == STORE_BUSY || status == STORE_NO_MEMORY ||
           status == STORE_SHORTAGE;
}

static int32_t reject(struct claiming *claiming, enum store_status status,
                      const struct store_detail *detail)
{
    if (passes_soon(status))
        backlog_add(backlog_of(claiming), claiming->lease.consumer,
                    claiming->operation.organization_id);
    return operation_reject_store(&claiming->operation, status, detail);
}

static void end_lease(struct store_mutation *change)
{
    struct claiming *claiming =
        (struct claiming *)((char *)change - offsetof(struct claiming, change));
    switch (change->status) {
    case STORE_OK:
        read_events(claiming);
        break;
    case STORE_CONFLICT:
        backlog_remind(backlog_of(claiming), claiming->lease.consumer,
                       instance_now_ms(claiming->operation.instance) +
                           claiming->lease.milliseconds);
        go_on(claiming);
        break;
    case STORE_NOT_FOUND:
        backlog_settle(backlog_of(claiming), claiming->lease.consumer, claiming->item);
        go_on(claiming);
        break;
    case STORE_STOPPED: /* Suspended, for example. */
        go_on(claiming);
        break;
    default:
        reject(claiming, change->status, &change->detail);
    }
}

static int32_t lease(struct claiming *claiming)
{
    struct store_detail detail;
    struct operation *operation = &claiming->operation;
    operation->organization_id = backlog_organization(claiming->item);
    consumer_lease_draw(claiming->lease.token);
    claiming->lease.milliseconds = claiming->milliseconds;
    claiming->change = (struct store_mutation){
        .kind = STORE_CLAIM,
        .organization_id = operation->organization_id,
        .lease = &claiming->lease,
        .deadline = operation_deadline(operation),
        .done = end_lease,
    };
    if (store_submit(operation->instance->store, &claiming->change))
        return GQL_PENDING;
    store_detail_no_thread(&detail, errno);
    return reject(claiming, STORE_SHORTAGE, &detail);
}

/* ---- The survey ---- */

/* What the instance is not bound to is not its own to deliver. */
static bool keep_found(void *user, struct text organization_id, uint64_t version)
{
    struct claiming *claiming = user;
    const struct text bound_to = claiming->operation.instance->config.organization;
    return (bound_to.data != NULL && !text_equal(bound_to, organization_id)) ||
           backlog_find(backlog_of(claiming), claiming->lease.consumer, organization_id, version);
}

static int32_t end_step(struct store_survey *survey)
{
    struct claiming *claiming =
        (struct claiming *)((char *)survey - offsetof(struct claiming, survey));
    if (survey->status != STORE_OK)
        return operation_reject_store(&claiming->operation, survey->status, &survey->detail);
    backlog_surveyed(backlog_of(claiming), claiming->lease.consumer, claiming->place, survey->place,
                     instance_now_ms(claiming->operation.instance));
    return go_on(claiming);
}

static int32_t survey(struct claiming *claiming)
{
    struct operation *operation = &claiming->operation;
    claiming->survey = (struct store_survey){
        .consumer = claiming->lease.consumer,
        .place = claiming->place,
        .found = keep_found,
        .user = claiming,
        .deadline = operation_deadline(operation),
        .done = end_step,
    };
    return store_survey(operation->instance->store, &claiming->survey);
}

/* ---- The call ---- */

static int32_t go_on(struct claiming *claiming)
{
    struct backlog *backlog = backlog_of(claiming);
    const struct text consumer = claiming->lease.consumer;
    const int64_t now = instance_now_ms(claiming->operation.instance);
    claiming->operation.organization_id = NO_TEXT;
    free(claiming->item);
    claiming->item = NULL;
    if (claiming->steps++ == STEPS_MAX)
        return answer_nothing(claiming, true);
    claiming->item = backlog_take(backlog, consumer);
    if (claiming->item != NULL)
        return lease(claiming);
    if (backlog_surveys(backlog, consumer, now, &claiming->place))
        return survey(claiming);
    return answer_nothing(claiming, false);
}

static int32_t start(struct operation *operation)
{
    struct claiming *claiming = (struct claiming *)operation;
    claiming->milliseconds = LEASE_DEFAULT;
    claiming->since = INT64_MIN;
    if (!event_input_take_consumer(operation, &claiming->lease.consumer) ||
        !event_input_take_limit(operation, &claiming->limit) ||
        !event_input_take_duration(operation, &claiming->milliseconds) ||
        !event_input_take_time(operation, operation->arguments, "since", &claiming->since))
        return GQL_OK;
    event_watch_hear(&operation->instance->event_watch);
    if (!backlog_join(backlog_of(claiming), claiming->lease.consumer))
        return operation_reject_unavailable(
            operation, "Too many consumers have claimed since the start, or memory ran out");
    return go_on(claiming);
}

static void finish(struct operation *operation)
{
    free(((struct claiming *)operation)->item);
}

static const struct operation_type claiming_type = {
    .size = sizeof(struct claiming),
    .start = start,
    .finish = finish,
    .writes = true,
    .field = TALLY_EVENTS_CLAIM,
};

int32_t events_claim(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&claiming_type, instance, call, reply);
}
